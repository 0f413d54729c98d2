"""Tables by which courses are found. Made from the courses, and made again when they are lost."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from learncity.kernel.ids import uuid7

# Of rows of these tables: those of courses that the public sees. Before any limit, or the hidden
# would take the places of others. They are mostly few, and found by an index of their own: that is
# cheaper than to look up each course. Not NOT IN, which PostgreSQL works out anew for each row as
# soon as the hidden are more than fit into its memory.
SHOWN = "NOT EXISTS (SELECT FROM catalogue_course k WHERE k.id = course_id AND NOT k.is_shown)"


class Entry(models.Model):
    """The words of one course, as ``kernel.search_words`` cuts them.

    Personal data: none.
    """

    course = models.OneToOneField(
        "catalogue.Course", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    # Words and readings of the title: who holds all that was typed comes first.
    named = SearchVectorField()
    # Everything: title (weight A), what else is said and the names it stands under (B), readings
    # of the title (D).
    said = SearchVectorField()
    # Hash of the names of its subject, skills, provider and programmes, so that others are noticed.
    of_names = models.BinaryField(default=b"")
    # By which way of cutting it was made; another one makes it again.
    version = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [
            GinIndex(fields=["named"], name="catalogue_entry_named"),
            GinIndex(fields=["said"], name="catalogue_entry_said"),
        ]

    def __str__(self) -> str:
        return f"entry of {self.course_id}"


class Word(models.Model):
    """A word that some course holds, by which mistyped ones are mended and rare ones count more.

    Personal data: none.
    """

    word = models.TextField(primary_key=True)
    # Courses that hold it; counted by a job, so at first a guess.
    courses = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            # Serves mistyped words: only of letters, and long enough to tell what was meant.
            GinIndex(
                fields=["word"],
                opclasses=["gin_trgm_ops"],
                condition=Q(word__regex="^[a-z]{4,}$"),
                name="catalogue_word_like",
            ),
        ]

    def __str__(self) -> str:
        return self.word


class Bits(models.Field):
    """384 bits, one for each direction of a meaning; text of 0 and 1 in Python."""

    def db_type(self, connection: object) -> str:
        """As PostgreSQL has it."""
        return "bit(384)"


class Meaning(models.Model):
    """What a course says in one language, as a vector of meaning.

    Personal data: none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(
        "catalogue.Course", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    language = models.CharField(max_length=10)
    # Hash of the text, so that the same one is not measured again.
    of_text = models.BinaryField()
    # 384 numbers of two bytes, as the model gave them; the mean of the language not yet taken off.
    vector = models.BinaryField()
    # On which side of the mean each lies: near ones are found by counting differing bits.
    bits = Bits()
    # How much it draws of every question in this language, beyond its share: ``pulls``.
    pull = models.FloatField(db_default=0.0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "language"], name="catalogue_meaning_once_a_language"
            ),
            models.CheckConstraint(
                condition=Exact(Length("vector"), 768), name="catalogue_meaning_is_whole"
            ),
        ]
        indexes = [
            # Serves the nearest: bits are counted without reading the vectors beside them.
            models.Index(fields=["id"], include=["course", "bits"], name="catalogue_meaning_sides"),
        ]

    def __str__(self) -> str:
        return f"meaning of {self.course_id} in {self.language}"


class Mean(models.Model):
    """The mean of all meanings in one language: texts of a language lie close for no other reason.

    Personal data: none.
    """

    # Of what people ask, as titles sound, with "?" before it.
    language = models.CharField(max_length=10, primary_key=True)
    vector = models.BinaryField()
    # Of how many; when there are many more it is worth taking again.
    texts = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.language
