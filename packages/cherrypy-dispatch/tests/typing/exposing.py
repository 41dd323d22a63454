"""What mypy says of publishing."""

# ruff: noqa: N802 - methods of HTTP

from __future__ import annotations

from typing import assert_type

from cherrypy_dispatch import expose, popargs


class Site:
    @expose
    def page(self, number: int) -> str:
        return str(number)

    @expose("seite")
    def other(self, number: int) -> str:
        return str(number)

    @expose(["one", "two"])
    def several(self, number: int) -> str:
        return str(number)

    @expose(alias=("one", "two"))
    def named(self, number: int) -> str:
        return str(number)

    @expose()
    def bare(self, number: int) -> str:
        return str(number)


@expose
class Resource:
    def GET(self) -> str:
        return ""


@popargs("band", "year")
class Band:
    name = "x"


@popargs("year", handler=Band)
@expose
class Blog: ...


assert_type(Site().page(1), str)
assert_type(Site().other(1), str)
assert_type(Site().several(1), str)
assert_type(Site().named(1), str)
assert_type(Site().bare(1), str)
assert_type(Resource().GET(), str)
assert_type(Band().name, str)
assert_type(popargs("x")(Band()), Band)

Site().page("1")  # type: ignore[arg-type]
Site().other("1")  # type: ignore[arg-type]
Site().bare(1, 2)  # type: ignore[call-arg]
expose(3)  # type: ignore[call-overload]
expose(Site.page, alias=3)  # type: ignore[call-overload]
expose(aliases="x")  # type: ignore[call-overload]
popargs(1)  # type: ignore[arg-type]
popargs("x", handle=Band)  # type: ignore[call-arg]
