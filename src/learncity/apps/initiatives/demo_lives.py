"""What has happened to people of the demo city: who vouches for them, what they asked and signed.

None of it can be stated in a file, which speaks for nobody: it is done through the services, as the
invented people would have done it.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from learncity.apps.assertions import services as assertions
from learncity.apps.assertions.types import AssertionValue, Pattern
from learncity.apps.demand import services as demand
from learncity.apps.organizations import queries as organizations
from learncity.apps.people import queries as people
from learncity.apps.places import queries as places
from learncity.apps.privacy import queries as privacy_queries
from learncity.apps.privacy import services as privacy
from learncity.apps.privacy.types import Channel, Decision, RequestKind
from learncity.apps.roles import queries as roles
from learncity.apps.roles.types import Role
from learncity.kernel.acting import By, Via
from learncity.kernel.dated import begin_of, day_of

DAY = timedelta(days=1)
# Union, employer, learning centre, volunteers of the file.
UNION, EMPLOYER, CENTRE = "lamplight-night-school", "liqiao-precision", "qiaotou-learning-centre"
WORKER, SENIOR, VIETNAMESE, OPERATOR = (
    "demo-worker", "demo-senior", "demo-vietnamese", "demo-operator",
)  # fmt: skip


def live(*, at: datetime) -> None:
    """Let it have happened in the weeks before ``at``; once, when the city is made."""
    ids = people.ids_by_key([WORKER, SENIOR, VIETNAMESE, OPERATOR, "resident-1030"])
    _work(ids, at)
    _papers(ids, at)
    _demand(ids, at)


def _work(ids: Mapping[str, UUID], at: datetime) -> None:
    """A union and an employer vouch; people say what they do themselves; one objects."""
    today = day_of(at)
    _vouch(
        ids[WORKER], UNION, "union_member_since", "2023-06-01", "会员名册 2023-17", at - 30 * DAY
    )
    _vouch(ids[WORKER], EMPLOYER, "employed", "砺桥精密机械", "劳动合同", at - 28 * DAY)
    _vouch(
        ids[WORKER], EMPLOYER, "contract_until", (today + 400 * DAY).isoformat(), "劳动合同",
        at - 28 * DAY,
    )  # fmt: skip
    _vouch(ids[VIETNAMESE], EMPLOYER, "post", "质检员", "岗位说明书", at - 21 * DAY)
    hours = _vouch(ids[SENIOR], CENTRE, "volunteer", 36, "志愿服务签到簿", at - 9 * DAY)
    assertions.object_to(
        assertion_id=hours.id, person_id=ids[SENIOR], text="我记得是 40 小时，十月还有两次。",
        by=By(ids[SENIOR], Via.WEB), at=at - 6 * DAY,
    )  # fmt: skip
    for key, person in (("shifts", ids[WORKER]), ("shifts", ids[VIETNAMESE])):
        assertions.state(
            person_id=person, key=key, at_key=None, since=today - 90 * DAY, until=None,
            value={"pattern": Pattern.ROTATING, "days": [1, 2, 3, 4, 5, 6]},
            by=By(person, Via.WEB), at=at - 20 * DAY,
        )  # fmt: skip


def _vouch(
    person_id: UUID, organization: str, key: str, value: object, evidence: str, at: datetime
) -> AssertionValue:
    found = organizations.find_organization(organization)
    assert found is not None
    staff = roles.of_organization(found.id, [Role.STAFF, Role.MANAGER], at=timezone.now())
    return assertions.vouch(
        organization_key=organization, person_id=person_id, key=key, value=value, since=None,
        until=None, evidence=evidence, code_until=day_of(at) + 365 * DAY,
        by=By(staff[0] if staff else None, Via.DESK), at=at,
    )  # fmt: skip


def _papers(ids: Mapping[str, UUID], at: datetime) -> None:
    """Consents of one's own and on paper; a request that is finished, one that is nearly due."""
    desk = By(ids[OPERATOR], Via.DESK)
    worker, vietnamese, senior = (ids[key] for key in (WORKER, VIETNAMESE, SENIOR))
    privacy.decide(
        person_id=worker, purpose="results-to-employer", decision=Decision.GIVEN, version=1,
        by=By(worker, Via.WEB), at=at - 12 * DAY,
    )  # fmt: skip
    privacy.enter_consent(
        person_id=senior, purpose="name-on-lists", decision=Decision.GIVEN, version=1,
        on=day_of(at - 8 * DAY), paper="2 号档案盒 第 14 页", channel=Channel.COUNTER, by=desk,
        at=at - 7 * DAY,
    )  # fmt: skip
    asked = privacy.ask(
        person_id=vietnamese, kind=RequestKind.ACCESS, words="Cho tôi xem những gì được lưu.",
        by=By(vietnamese, Via.WEB), at=at - 20 * DAY,
    )  # fmt: skip
    privacy.answer(
        number=asked.number, granted=True, words="Được. Bản sao ở trang Dữ liệu của tôi.",
        reason=None, by=desk, at=at - 18 * DAY,
    )  # fmt: skip
    privacy.finish(number=asked.number, by=desk, at=at - 17 * DAY)
    privacy.enter_request(
        person_id=senior, kind=RequestKind.CORRECTION, words="出生年份写错了，请改成 1958 年。",
        on=_nearly_due(senior, at), paper="来信 2026-31", channel=Channel.LETTER, by=desk, at=at,
    )  # fmt: skip
    privacy.ask(
        person_id=ids["resident-1030"], kind=RequestKind.OBJECTION, words="请不要再给我推荐课程。",
        by=By(ids["resident-1030"], Via.WEB), at=at - DAY,
    )  # fmt: skip


# What was looked for in vain: words, the part of the city, by how many, how many days ago.
_SEARCHES = (
    ("无人机 驾驶证", "sip", 9, 3), ("无人机", "wuzhong", 6, 12), ("无人机 驾驶证", "sip", 5, 110),
    ("二胡", "gusu", 8, 9), ("sửa điện thoại", "sip", 5, 6), ("手语", "gusu", 4, 30),
)  # fmt: skip


def _demand(ids: Mapping[str, UUID], at: datetime) -> None:
    """Browsers looked for what is not there; somebody waits for it."""
    regions = places.ids_by_key({place for _, place, _, _ in _SEARCHES})
    for words, place, browsers, days in _SEARCHES:
        for number in range(browsers):
            demand.note_zero_result(
                words=words, category=None, place_id=regions[place], browser=str(number),
                at=at - days * DAY,
            )  # fmt: skip
    demand.make_wish(
        person_id=ids[SENIOR], words="二胡", place_key="gusu", by=By(ids[SENIOR], Via.WEB),
        at=at - 5 * DAY,
    )  # fmt: skip
    demand.make_wish(
        person_id=ids[VIETNAMESE], words="sửa điện thoại", by=By(ids[VIETNAMESE], Via.WEB),
        at=at - 6 * DAY,
    )  # fmt: skip


def _nearly_due(person_id: UUID, at: datetime) -> date:
    """The day on which a letter came that must be answered tomorrow or, at the latest, today."""
    today = day_of(at)
    days = [today - n * DAY for n in range(1, 45)]
    for day in days:
        due = privacy_queries.due_for(person_id, RequestKind.CORRECTION, at=begin_of(day))
        if due.answer_by <= today + DAY:
            return day
    return days[-1]
