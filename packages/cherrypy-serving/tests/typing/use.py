"""What a type checker accepts and refuses of proxies and ambient functions."""

from collections.abc import Callable

from cherrypy_serving import ThreadData, ambient, prepared, proxy, serving


class Request:
    headers: dict[str, str]

    def run(self, path: str) -> bool:
        return bool(path)


request = proxy("request", Request, default=Request)

typed: Request = request
request.headers["a"] = "b"
done: bool = request.run("/")
request.headerz  # type: ignore[attr-defined]  # noqa: B018 - the mistake is the point
request.run(5)  # type: ignore[arg-type]
request["a"]  # type: ignore[index]
proxy("request", Request, default=dict)  # type: ignore[arg-type]


def compress(request: Request, response: object, level: int = 5, *, debug: bool = False) -> str:
    return f"{request} {response} {level} {debug}"


found: Callable[[int], str] = ambient(compress)
text: str = ambient(compress)(9, debug=True)
ambient(compress)(debug="yes")  # type: ignore[arg-type]
ambient(compress)(request)  # type: ignore[arg-type]
ambient(compress)(levl=5)  # type: ignore[call-arg]


@ambient
def log(request: Request, response: object) -> None:
    pass


log()
log(1)  # type: ignore[call-arg]


def leveled(level: int = 5) -> Callable[[Request, object], str]:
    return lambda request, response: f"{request} {response} {level}"


made: str = prepared(leveled)(level=9)
prepared(leveled)("9")  # type: ignore[arg-type]
prepared(leveled)(levl=5)  # type: ignore[call-arg]
prepared(compress)  # type: ignore[arg-type]

serving.load(request, None)
serving.session = {}
with serving.activate(serving.capture()) as nothing:
    pass
serving.load(request)  # type: ignore[call-arg]
ThreadData().clear()
