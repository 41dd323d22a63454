"""Values that belong to a thread, whatever requests it serves."""

import threading


class ThreadData(threading.local):
    """Keep attributes apart for each thread, such as one database connection per thread.

    Unlike what is bound to a request, they stay until the thread ends or `clear()` is called.

    Examples:
        >>> thread_data = ThreadData()
        >>> thread_data.connection = "a connection of this thread"
        >>> thread_data.clear()
        >>> hasattr(thread_data, "connection")
        False
    """

    def clear(self) -> None:
        """Forget every attribute of the calling thread."""
        self.__dict__.clear()
