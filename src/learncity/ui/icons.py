# ruff: noqa: E501 - a path is one line
"""The icons: strokes on a 24 by 24 grid, drawn for Learncity.

An icon never stands alone: it is hidden from screen readers and always has a word beside it.
"""

ICONS = {
    "arrow": '<path d="M5 12h14M13 6l6 6-6 6"/>',
    "back": '<path d="M19 12H5M11 6l-6 6 6 6"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4"/>',
    "book": '<path d="M12 6.5C9.5 4.7 6.5 4.5 3.5 5v13.5c3-.5 6-.3 8.5 1.5 2.5-1.8 5.5-2 8.5-1.5V5c-3-.5-6-.3-8.5 1.5zM12 6.5V20"/>',
    "calendar": '<path d="M4 6h16v14H4zM4 10.5h16M8.5 3.5V8M15.5 3.5V8"/>',
    "certificate": '<path d="M4 4.5h16v10.5h-6M4 4.5V15h2M8 8.5h8"/><circle cx="10" cy="14.5" r="3"/><path d="M8.5 17v4l1.5-1 1.5 1v-4"/>',
    "check": '<path d="M4.5 12.5l5 5L19.5 7"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.5 2"/>',
    "coin": '<circle cx="12" cy="12" r="8.5"/><path d="M8.5 7.5L12 12l3.5-4.5M12 12v5M9 12.3h6M9 14.8h6"/>',
    "cross": '<path d="M6 6l12 12M18 6L6 18"/>',
    "down": '<path d="M12 4v12M6.5 11l5.5 5.5 5.5-5.5M5 20h14"/>',
    "globe": '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17"/>',
    "info": '<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.6v.1"/>',
    "lamp": '<path d="M8 4h8l3 8H5zM12 12v7M8 20h8M9 15h0"/>',
    "mail": '<path d="M3.5 6h17v12.5h-17zM4 6.5l8 6.5 8-6.5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.5-9 14.5-9 15 0"/>',
    "phone": '<path d="M7 3.5l3 5-2 2c1 2.5 3 4.5 5.5 5.5l2-2 5 3c0 2-1.5 3.5-3.5 3.5C10 20.5 3.5 14 3.5 7c0-2 1.5-3.5 3.5-3.5z"/>',
    "pin": '<path d="M12 21c-4-4.5-6.5-8-6.5-11a6.5 6.5 0 0 1 13 0c0 3-2.5 6.5-6.5 11z"/><circle cx="12" cy="10" r="2.3"/>',
    "print": '<path d="M7 8.5v-5h10v5M7 17H3.5V8.5h17V17H17M7 14h10v6.5H7z"/>',
    "question": '<path d="M8.5 9c0-5 7.5-4.5 7 0-.3 2.5-3.5 2.5-3.5 5.5M12 18.9v.1"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5.5 5.5"/>',
    "warning": '<path d="M12 4l9 16H3zM12 10v5M12 17.4v.1"/>',
}
