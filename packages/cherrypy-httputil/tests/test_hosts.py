from cherrypy_httputil import Host, SanitizedHost


def test_a_host_without_a_name_goes_by_its_address() -> None:
    host = Host("10.0.0.1", 80)
    assert (host.ip, host.port, host.name) == ("10.0.0.1", 80, "10.0.0.1")
    assert Host("10.0.0.1", 80, "a.example").name == "a.example"
    assert Host("10.0.0.1", 80, "").name == ""


def test_an_unknown_host_has_the_documented_values() -> None:
    assert (Host.ip, Host.port, Host.name) == ("0.0.0.0", 80, "unknown.tld")


def test_a_host_shows_what_it_is() -> None:
    assert repr(Host("10.0.0.1", 80, "a")) == "httputil.Host('10.0.0.1', 80, 'a')"


def test_line_breaks_are_taken_out_of_a_host_name_and_kept_beside_it() -> None:
    host = SanitizedHost("a\r\nb")
    assert host == "ab"
    assert isinstance(host, SanitizedHost)
    assert host.raw == "a\r\nb"


def test_a_clean_host_name_stays_the_text_it_was() -> None:
    assert type(SanitizedHost("a.example")) is str
