"""What is astray after reforms of places. For operators only; the router sees to that."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status
from pydantic import BaseModel

from learncity.apps.classes import queries as classes
from learncity.apps.organizations import queries, services
from learncity.apps.people.access import account
from learncity.apps.roles.access import Duty, in_city
from learncity.apps.roles.types import Act
from learncity.kernel.acting import By, Via
from learncity.rest.idempotency import once
from learncity.rest.identity import only
from learncity.rest.openapi import refusals
from learncity.rest.shapes import places as shapes

router = Router(tags=["Desk"])
# Whatever an operation says itself: nobody but the city's operators gets in.
router.add_decorator(only(Duty(Act.DRAW_MAP, on=in_city)))


@router.get("/office/astray", response={200: shapes.AstrayList, **refusals(403)})
def list_astray(request: HttpRequest) -> shapes.AstrayList:
    """List what lies in, or covers, a region that ended or was divided, with what it became."""
    found = queries.astray()
    heirs = queries.candidates(found)
    coming = classes.count_coming_by_site({a.region.place.id for a in found})
    items = [shapes.Astray.of(a, heirs[a.id], coming.get(a.id, 0)) for a in found]
    return shapes.AstrayList(items=items)


@router.post("/office/astray", response={200: shapes.Laid, **refusals(404, 409)})
@once
def lay_astray(request: HttpRequest, payload: shapes.Lay) -> Status[BaseModel]:
    """Say in which region of today they lie; all of them or none. Again changes nothing.

    What is covered goes on, from the day of the reform, in as many regions as are said. 409
    `not_an_heir` without a reason, `lies_already` when somebody said otherwise meanwhile,
    `one_region` when several or none are said of a seat, site or office, `place_not_found`.
    """
    laid = services.lay(
        chosen=[(one.thing, one.id) for one in payload.chosen],
        place_keys=payload.places,
        reason=payload.reason,
        by=By(account(request).person_id, Via.API),
        at=timezone.now(),
    )
    return Status(200, shapes.Laid(laid=laid))
