"""What type-checks with the search for garbage, and what does not."""

from typing import assert_type

from cherrypy_diagnostics import GarbageReport, Heap, Referrers, ReferrerTree, get_instances


class Order:
    pass


assert_type(get_instances(Order), list[Order])
tree = ReferrerTree(ignore=[Order()], maxdepth=1)
assert_type(tree.ascend(Order()), Referrers)
tree.format([Order()])  # type: ignore[arg-type]
assert_type([(each.name, each.new) for each in Heap().growth()], list[tuple[str, int]])
report = GarbageReport(str)
report.stats([(Order, 0, 1, "why")])
report.stats([(Order, 1)])  # type: ignore[list-item]
