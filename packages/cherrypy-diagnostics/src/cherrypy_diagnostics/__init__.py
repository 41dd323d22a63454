"""Look into a running process: figures that a site collects about itself."""

from cherrypy_diagnostics.aggregator import ProfileAggregator
from cherrypy_diagnostics.bytecount import ByteCountWrapper, InputStream
from cherrypy_diagnostics.coverpages import CoveragePages, annotated_file, covered_tree
from cherrypy_diagnostics.coverpages import Lines as CoverageLines
from cherrypy_diagnostics.coverpages import Tree as CoverageTree
from cherrypy_diagnostics.figures import LiveFigures
from cherrypy_diagnostics.formatting import (
    Formatting,
    default_formatting,
    iso_format,
    locale_date,
    measured,
    pause_resume,
)
from cherrypy_diagnostics.garbage import (
    Expectation,
    GarbageReport,
    Growth,
    Heap,
    Unexpected,
    get_instances,
    unexpected,
)
from cherrypy_diagnostics.gauges import default_gauges, memory, seldom, server_gauges
from cherrypy_diagnostics.histogram import LatencyHistogram
from cherrypy_diagnostics.history import SPANS, History, Increment, Span, View
from cherrypy_diagnostics.middleware import StatisticsMiddleware
from cherrypy_diagnostics.page import PAGE_HEADERS, page_style
from cherrypy_diagnostics.processrecorder import process_recorder
from cherrypy_diagnostics.profilemiddleware import ProfilingMiddleware, by_header, by_share
from cherrypy_diagnostics.profilepages import COLUMNS as PROFILE_COLUMNS
from cherrypy_diagnostics.profilepages import ProfilePages
from cherrypy_diagnostics.profiling import Profiler, Recording
from cherrypy_diagnostics.recorder import (
    APPLICATIONS,
    RequestRecorder,
    average_uriset_time,
    proc_time,
)
from cherrypy_diagnostics.referrers import Referrer, Referrers, ReferrerTree
from cherrypy_diagnostics.report import Report, Section, Table
from cherrypy_diagnostics.repository import Scope, extrapolate_statistics, namespace, repository
from cherrypy_diagnostics.statisticsapp import StatisticsApplication, is_foreign
from cherrypy_diagnostics.statisticspages import HEADERS as STATISTICS_HEADERS
from cherrypy_diagnostics.statisticspages import StatisticsPages

__all__ = [
    "APPLICATIONS",
    "PAGE_HEADERS",
    "PROFILE_COLUMNS",
    "SPANS",
    "STATISTICS_HEADERS",
    "ByteCountWrapper",
    "CoverageLines",
    "CoveragePages",
    "CoverageTree",
    "Expectation",
    "Formatting",
    "GarbageReport",
    "Growth",
    "Heap",
    "History",
    "Increment",
    "InputStream",
    "LatencyHistogram",
    "LiveFigures",
    "ProfileAggregator",
    "ProfilePages",
    "Profiler",
    "ProfilingMiddleware",
    "Recording",
    "Referrer",
    "ReferrerTree",
    "Referrers",
    "Report",
    "RequestRecorder",
    "Scope",
    "Section",
    "Span",
    "StatisticsApplication",
    "StatisticsMiddleware",
    "StatisticsPages",
    "Table",
    "Unexpected",
    "View",
    "annotated_file",
    "average_uriset_time",
    "by_header",
    "by_share",
    "covered_tree",
    "default_formatting",
    "default_gauges",
    "extrapolate_statistics",
    "get_instances",
    "is_foreign",
    "iso_format",
    "locale_date",
    "measured",
    "memory",
    "namespace",
    "page_style",
    "pause_resume",
    "proc_time",
    "process_recorder",
    "repository",
    "seldom",
    "server_gauges",
    "unexpected",
]
