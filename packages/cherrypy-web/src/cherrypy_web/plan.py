"""What the config in force does to a request, worked out once for all requests that it applies to.

A plan depends on nothing but the dicts that it was made from and the tools that these turn on. It
keeps those dicts with a copy of what they held, and it is stale as soon as one of them differs:
nobody has to announce a change.
"""

from __future__ import annotations

from collections import Counter, deque
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from cherrypy_config import NamespaceSet
from cherrypy_dispatch import Layer, merge
from cherrypy_web.epoch import EPOCH
from cherrypy_web.hooks import HookMap, PlannedHooks
from cherrypy_web.namespaces import BUILT_IN, add_error_page, add_hook
from cherrypy_web.tools import Tool, Toolbox, add_option, turned_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from cherrypy_web.application import Application
    from cherrypy_web.request import Request
    from cherrypy_web.response import Response

__all__ = ["Plan", "PlanCache"]

#: A site that makes a new ``_cp_config`` for every request must not fill the memory.
MAX_PLANS: Final = 1024
#: How many plans are kept for dispatchers that merge the config themselves.
MAX_MERGED: Final = 16
#: How many elements a list, dict or set in config may have that is compared with what it held.
MAX_COMPARED: Final = 256


class Plan:
    """The effect of a config on a request.

    Args:
        layers: The config dicts with the path that each belongs to, in the order of their merging.
        site: The config of the whole site, below all of them.
        registry: The handlers of config entries, by namespace.
        toolboxes: The toolboxes by namespace; they come before other handlers.
        hooks: What hangs on every request.
    """

    __slots__ = (
        "_before",
        "_epoch",
        "_hook_map",
        "_shared",
        "_sources",
        "body_attributes",
        "changes_request",
        "config",
        "error_pages",
        "hooks",
        "placed",
        "registry",
        "request_attributes",
        "response_attributes",
        "response_headers",
        "site",
        "steps",
        "toolboxes",
        "toolmaps",
    )

    def __init__(
        self,
        layers: Sequence[Layer],
        site: Mapping[str, Any],
        registry: Mapping[str, Any],
        toolboxes: Mapping[str, Toolbox],
        hooks: HookMap,
    ) -> None:
        self._epoch = EPOCH.value
        self.site: Mapping[str, Any] = site
        self.registry: Mapping[str, Any] = registry
        self.toolboxes: Mapping[str, Toolbox] = toolboxes
        self._sources = [site, hooks, registry, toolboxes, *(live for _, live in layers)]
        self._before = [_snapshot(live) for live in self._sources]
        self.placed: list[str] = _placed(layers)
        self.config: dict[str, Any] = merge(layers, site)
        self.request_attributes: list[tuple[str, Any]] = []
        self.body_attributes: list[tuple[str, Any]] = []
        self.response_attributes: list[tuple[str, Any]] = []
        self.response_headers: list[tuple[str, Any]] = []
        self.error_pages: dict[int | str, Any] = {}
        self.toolmaps: dict[str, dict[str, dict[str, Any]]] = {}
        self.steps: list[Callable[[], object]] = []
        self._hook_map = hooks.copy()
        self._shared = Counter({point: len(shared) for point, shared in self._hook_map.items()})
        self._apply(_in_order(registry, toolboxes))
        self.changes_request: bool = bool(
            self.request_attributes
            or self.body_attributes
            or self.response_attributes
            or self.response_headers
            or self.steps
        )
        self.hooks: dict[str, PlannedHooks] = {
            point: PlannedHooks(self._hook_map.ordered(point)) for point in self._hook_map
        }

    def is_fresh(self) -> bool:
        """Tell whether everything that the plan was made from is as it was."""
        return self._epoch == EPOCH.value and self._sources == self._before

    def covers(self, layers: Sequence[Layer]) -> bool:
        """Tell whether dicts that say where they stand, stand where they stood."""
        return self.placed == _placed(layers)

    def change(self, request: Request, response: Response) -> None:
        """Set the attributes of a request and its response, and run the handlers of namespaces."""
        if request.own_error_page is not None:
            request.own_error_page.update(self.error_pages)
        for name, value in self.request_attributes:
            setattr(request, name, value)
        for name, value in self.body_attributes:
            setattr(request.body, name, value)
        for name, value in self.response_attributes:
            setattr(response, name, value)
        for name, value in self.response_headers:
            response.headers[name] = value
        if self.steps or request.own_hooks is not None:
            request.own_hooks = self.copy_hooks(request.own_hooks)
        for step in self.steps:
            step()

    def copy_hooks(self, early: HookMap | None = None) -> HookMap:
        """Return the hooks as a map that one request may attach more to.

        Args:
            early: What takes the place of the hooks of its class.
        """
        twin = self._hook_map.copy()
        for point, hooks in (early or {}).items():
            twin[point] = hooks + twin.get(point, [])[self._shared[point] :]
        return twin

    def copy_toolmaps(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Return the options of the tools, by namespace and tool, for one request to change."""
        return {
            namespace: {name: options.copy() for name, options in toolmap.items()}
            for namespace, toolmap in self.toolmaps.items()
        }

    def _apply(self, namespaces: Mapping[str, Any]) -> None:
        entries = _by_namespace(self.config)
        for namespace, handler in namespaces.items():
            mine = entries.get(namespace, ())
            if handler is BUILT_IN.get(namespace):
                for key, value in mine:
                    _BUILDERS[namespace](self, key, value)
            elif _is_plain(handler):
                self._add_toolbox(handler, mine)
            elif mine or hasattr(handler, "__exit__"):
                self._add_custom(namespace, handler, mine)

    def _set_request(self, key: str, value: Any) -> None:
        if key.startswith("body."):
            self.body_attributes.append((key[5:], value))
        else:
            self.request_attributes.append((key, value))

    def _set_response(self, key: str, value: Any) -> None:
        if key.startswith("headers."):
            self.response_headers.append((key[8:], value))
        else:
            self.response_attributes.append((key, value))

    def _add_toolbox(self, toolbox: Toolbox, entries: Iterable[tuple[str, Any]]) -> None:
        toolmap: dict[str, dict[str, Any]] = {}
        self.toolmaps[toolbox.namespace] = toolmap
        for key, value in entries:
            add_option(toolmap, toolbox.namespace, key, value)
        tools = list(turned_on(toolbox, toolmap))
        if self.steps or not all(tool.is_known() for tool, _ in tools):
            # What wants to be called for each request makes all after it be called, since hooks of
            # the same priority run in the order of their attachment.
            self.steps.append(lambda: toolbox.__exit__(None))
            return
        for tool, options in tools:
            for point, hook in tool.hooks(options):
                self._hook_map.add(point, hook)

    def _add_custom(self, namespace: str, handler: Any, entries: Iterable[tuple[str, Any]]) -> None:
        mine = {f"{namespace}.{key}": value for key, value in entries}
        handlers = NamespaceSet({namespace: handler})
        self.steps.append(lambda: handlers(mine))


_BUILDERS: Final[dict[str, Callable[[Plan, str, Any], None]]] = {
    "hooks": lambda plan, key, value: add_hook(plan._hook_map, key, value),  # noqa: SLF001
    "request": Plan._set_request,  # noqa: SLF001
    "response": Plan._set_response,  # noqa: SLF001
    "error_page": lambda plan, key, value: add_error_page(plan.error_pages, key, value),
}


_mapping = itemgetter(1)


def _placed(layers: Sequence[Layer]) -> list[str]:
    return [path for path, layer in layers if "tools.staticdir.dir" in layer]


def _snapshot(live: Mapping[Any, Any]) -> dict[Any, Any]:
    copied = list if isinstance(live, HookMap) else _copy
    # Of a copy, made at once: others may change it meanwhile.
    return {key: copied(value) for key, value in dict(live).items()}


def _copy(value: Any) -> Any:
    """Return a value that stays equal to what this one is now.

    What is large stays as it is: a table of users is looked into by each request, not prepared, and
    to compare it would cost each of them more than that.
    """
    kind = type(value)
    if kind not in {dict, list, set} or len(value) > MAX_COMPARED:
        return value
    if kind is dict:
        return {key: _copy(each) for key, each in value.items()}
    return kind(map(_copy, value))


def _in_order(registry: Mapping[str, Any], toolboxes: Mapping[str, Toolbox]) -> dict[str, Any]:
    """Return the handlers in the order in which they act; a toolbox wins over a handler."""
    handlers, boxes = dict(registry), dict(toolboxes)
    built_in = {name: handler for name, handler in handlers.items() if name in BUILT_IN}
    default = {name: box for name, box in boxes.items() if name == Tool.namespace}
    return built_in | default | handlers | boxes


def _is_plain(handler: object) -> bool:
    if not isinstance(handler, Toolbox):
        return False
    kind = type(handler)
    return kind.__enter__ is Toolbox.__enter__ and kind.__exit__ is Toolbox.__exit__


def _by_namespace(config: Mapping[str, Any]) -> dict[str, list[tuple[str, Any]]]:
    entries: dict[str, list[tuple[str, Any]]] = {}
    for key, value in config.items():
        namespace, dot, name = key.partition(".")
        if dot:
            entries.setdefault(namespace, []).append((name, value))
    return entries


class PlanCache:
    """The plans of one application, found again by the identity of the config dicts in force.

    Args:
        app: The application, which makes the plans.
    """

    def __init__(self, app: Application) -> None:
        self._app = app
        self._plans: dict[object, Plan] = {}
        self._merged: deque[tuple[type, Plan]] = deque(maxlen=MAX_MERGED)

    def find(self, request_class: type[Request], layers: Sequence[Layer]) -> Plan:
        """Return the plan for these config dicts, a new one where the old one is stale.

        Args:
            request_class: The class of the requests that the plan is for.
            layers: The dicts with the path that each belongs to, in the order of their merging.
                A plan has them among its sources, so none of them is given up, and its identity
                to another, while the plan is kept.
        """
        app = self._app
        key = (request_class, *map(id, map(_mapping, layers))) if layers else request_class
        plan = self._plans.get(key)
        if (
            plan is not None
            # These may be replaced too, not only changed.
            and plan.site is app.site_config
            and plan.toolboxes is app.toolboxes
            and plan.registry is request_class.namespaces
            and plan._epoch == EPOCH.value  # noqa: SLF001 - `is_fresh`, without the call
            and plan._sources == plan._before  # noqa: SLF001
            and (not plan.placed or plan.covers(layers))
        ):
            return plan
        if len(self._plans) >= MAX_PLANS:
            self._plans.clear()
        plan = self._plans[key] = app.make_plan(request_class, layers, app.site_config)
        return plan

    def find_equal(self, request_class: type[Request], config: Mapping[str, Any]) -> Plan:
        """Return the plan for a config that is merged already: it is compared with recent ones."""
        for known_class, plan in tuple(self._merged):  # others may add to it meanwhile
            if known_class is request_class and plan.config == config and plan.is_fresh():
                return plan
        plan = self._app.make_plan(request_class, (), dict(config))
        self._merged.appendleft((request_class, plan))
        return plan
