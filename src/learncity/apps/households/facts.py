"""What this room writes into the record, and tells people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from learncity.apps.notices.types import Kind as MessageKind
from learncity.apps.record.types import Kind as FactKind

from .types import Deed

HOUSEHOLD, MANDATE = "households.household", "households.mandate"

JOINED = FactKind("households.joined", _("Joined a household, family or clan"))
LEFT = FactKind("households.left", _("Left a household, family or clan"))
BECAME_HEAD = FactKind("households.became_head", _("Became head of a household, family or clan"))
MANDATE_BEGAN = FactKind("households.mandate_began", _("Somebody may act for me"))
MANDATE_ENDED = FactKind("households.mandate_ended", _("Somebody may no longer act for me"))
DISPUTED = FactKind("households.act_disputed", _("“This was not me”"))
UPHELD = FactKind("households.dispute_upheld", _("The city agreed: this was not me"))
NOT_UPHELD = FactKind("households.dispute_not_upheld", _("The city did not agree to a dispute"))
ALL = (JOINED, LEFT, BECAME_HEAD, MANDATE_BEGAN, MANDATE_ENDED, DISPUTED, UPHELD, NOT_UPHELD)

# Instead of a name, when whoever it was is being erased.
SOMEBODY = _("a person who has left the city’s service")

TELL_INVITED = MessageKind(
    "households.invited",
    gettext_noop("%(who)s invites you: %(household)s"),
    gettext_noop(
        "%(who)s asks you to join “%(household)s”. You decide: accept or refuse it under "
        "My household."
    ),
)
TELL_JOINED = MessageKind(
    "households.joined",
    gettext_noop("%(who)s joined: %(household)s"),
    gettext_noop("%(who)s accepted your invitation and is now a member of “%(household)s”."),
)
TELL_REFUSED = MessageKind(
    "households.refused",
    gettext_noop("Invitation refused: %(household)s"),
    gettext_noop("Your invitation of %(who)s to “%(household)s” was refused."),
)
TELL_HEAD = MessageKind(
    "households.became_head",
    gettext_noop("You are now the head: %(household)s"),
    gettext_noop(
        "%(who)s handed “%(household)s” over to you. You can now invite people, and hand over."
    ),
)
TELL_OFFERED = MessageKind(
    "households.mandate_offered",
    gettext_noop("%(who)s asks you to act for them"),
    gettext_noop(
        "%(who)s would like you to act for them until %(last)s. Accept or refuse it on My page, "
        "under Acting for each other."
    ),
)
TELL_BEGAN = MessageKind(
    "households.mandate_began",
    gettext_noop("%(who)s may now act for you"),
    gettext_noop(
        "%(who)s may act for you until %(last)s. You see everything they do, and you can end it at "
        "once on My page, under Acting for each other."
    ),
)
TELL_MAY_ACT = MessageKind(
    "households.may_act",
    gettext_noop("You may now act for %(who)s"),
    gettext_noop(
        "You may act for %(who)s until %(last)s. They are told of everything you do in their name."
    ),
)
TELL_OFFER_REFUSED = MessageKind(
    "households.mandate_refused",
    gettext_noop("Refused: acting for you"),
    gettext_noop("%(who)s does not want to act for you. Nothing was changed."),
)
TELL_ENDED = MessageKind(
    "households.mandate_ended",
    gettext_noop("%(who)s no longer acts for you"),
    gettext_noop("What %(who)s could do in your name ended on %(at)s."),
)
TELL_MAY_NOT = MessageKind(
    "households.may_not_act",
    gettext_noop("You no longer act for %(who)s"),
    gettext_noop("You can no longer do anything in the name of %(who)s. It ended on %(at)s."),
)
TELL_DID: dict[Deed, MessageKind] = {
    Deed.APPLIED: MessageKind(
        "households.applied_for_you",
        gettext_noop("%(who)s applied for you: %(title)s"),
        gettext_noop(
            "%(who)s applied for “%(title)s” in your name. Receipt %(reference)s. If you do not "
            "want this, choose ‘This was not me’ under What others did for me."
        ),
    ),
    Deed.WITHDREW: MessageKind(
        "households.withdrew_for_you",
        gettext_noop("%(who)s gave your place back: %(title)s"),
        gettext_noop(
            "%(who)s gave your place in “%(title)s” back in your name. Receipt %(reference)s. If "
            "you do not want this, choose ‘This was not me’ under What others did for me."
        ),
    ),
    Deed.CHANGED_PROFILE: MessageKind(
        "households.changed_your_profile",
        gettext_noop("%(who)s changed your profile"),
        gettext_noop(
            "%(who)s changed your name, language or place in your name. If you do not want this, "
            "choose ‘This was not me’ under What others did for me."
        ),
    ),
    Deed.WISHED: MessageKind(
        "households.wished_for_you",
        gettext_noop("%(who)s asked for you to be told: %(title)s"),
        gettext_noop(
            "%(who)s asked in your name that we tell you of “%(title)s”. If you do not want this, "
            "choose ‘This was not me’ under What others did for me."
        ),
    ),
    Deed.TOOK_WISH_BACK: MessageKind(
        "households.took_wish_back_for_you",
        gettext_noop("%(who)s took your wish back: %(title)s"),
        gettext_noop(
            "%(who)s said in your name that you no longer wait for “%(title)s”. If you do not "
            "want this, choose ‘This was not me’ under What others did for me."
        ),
    ),
}
TELL_DISPUTED = MessageKind(
    "households.act_disputed",
    gettext_noop("%(who)s says: this was not me"),
    gettext_noop(
        "%(who)s disputes something you did in their name on %(when)s. Until the city's office has "
        "decided, you cannot act for them. The office may call you."
    ),
)
TELL_RECEIVED = MessageKind(
    "households.dispute_received",
    gettext_noop("We look into it: this was not me"),
    gettext_noop(
        "%(who)s can do nothing more in your name until the city's office has decided. We write "
        "to you then. If you do not want the place, you can give it back now."
    ),
)
TELL_UPHELD = MessageKind(
    "households.dispute_upheld",
    gettext_noop("Decided: this was not in order"),
    gettext_noop(
        "The office agrees with %(principal)s. %(delegate)s no longer acts for them. Why: %(note)s"
    ),
)
TELL_NOT_UPHELD = MessageKind(
    "households.dispute_not_upheld",
    gettext_noop("Decided: this was in order"),
    gettext_noop(
        "The office found what %(delegate)s did for %(principal)s in order. Why: %(note)s"
    ),
)
