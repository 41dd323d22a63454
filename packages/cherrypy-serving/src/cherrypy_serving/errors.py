"""What is raised when something asks for a request and there is none."""


class UnboundError(AttributeError):
    """An attribute of the current request was needed, and nothing is bound to it.

    It is an `AttributeError`, so that `hasattr()`, and `getattr()` with a default, give an answer.

    Examples:
        >>> from cherrypy_serving import serving
        >>> try:
        ...     serving.tenant
        ... except UnboundError as error:
        ...     error.name
        'tenant'
        >>> getattr(serving, "tenant", "none")
        'none'
    """
