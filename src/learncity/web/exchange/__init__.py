"""The catalogue for other programs: search engines, harvesters, calendars."""
