"""Addresses of endpoints: a public name over https, and none of the disguises."""

import pytest

from tongbao.infra.webhooks.errors import UrlUnsuitable
from tongbao.infra.webhooks.urls import clean_url


@pytest.mark.parametrize(
    "url",
    [
        "https://erp.example.com",
        "https://erp.example.com/hooks?a=b&c=%E4%BD%A0",
        "https://erp.example.com:443/",
        "https://erp.example.com:8443/",
        "https://xn--fiq228c.example.com/",
        "https://127.example.com/",
        "https://a-b.c_d.example/",
        "HTTPS://ERP.EXAMPLE.COM/",
    ],
)
def test_good_ones(url: str) -> None:
    assert clean_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        # another scheme, or none
        "http://erp.example.com/",
        "ftp://erp.example.com/",
        "file:///etc/passwd",
        "gopher://erp.example.com/",
        "javascript:alert(1)",
        "//erp.example.com/",
        "erp.example.com",
        "",
        # this machine and its network, by name
        "https://localhost/",
        "https://LOCALHOST/",
        "https://localhost./",
        "https://a.localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "https://intranet/",
        "https://db.corp/",
        "https://1.0.0.127.in-addr.arpa/",
        # by address, in every spelling
        "https://127.0.0.1/",
        "https://127.1/",
        "https://127.0.1/",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0x7f.0.0.1/",
        "https://017700000001/",
        "https://0177.0.0.1/",
        "https://0x7f.1/",
        "https://0/",
        "https://8.8.8.8/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[0:0:0:0:0:ffff:7f00:1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fd00:ec2::254]/",
        "https://example.com.127/",
        "https://example.0x7f/",
        "https://127.0.0.1./",
        "https://erp.example.com./",
        # digits and dots of other scripts, which some readers take for plain ones
        "https://①②⑦.⓪.⓪.①/",
        "https://127。0。0。1/",
        "https://１２７.0.0.1/",
        "https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
        "https://bücher.example/",
        "https://еxample.com/",
        # a host that is not the one it looks like
        "https://erp.example.com@127.0.0.1/",
        "https://user:secret@erp.example.com/",
        "https://erp.example.com%40127.0.0.1/",
        "https://127.0.0.1#@erp.example.com/",
        "https://127.0.0.1\\@erp.example.com/",
        "https://erp.example.com\\.evil.example/",
        "https://erp.example.com\t.evil.example/",
        "https://erp.example.com\n/",
        "https://erp.example.com/ x",
        "https://%31%32%37.0.0.1/",
        "https://erp..example.com/",
        "https://-erp.example.com/",
        "https:///erp.example.com/",
        "https:erp.example.com",
        # a port where something else listens, or none that is a number
        "https://erp.example.com:22/",
        "https://erp.example.com:25/",
        "https://erp.example.com:0/",
        "https://erp.example.com:80/",
        "https://erp.example.com:65536/",
        "https://erp.example.com:x/",
        "https://erp.example.com:/",
        # a fragment is never sent; and too much
        "https://erp.example.com/#part",
        "https://erp.example.com/" + "a" * 2_000,
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 130 + "example/",
    ],
)
@pytest.mark.parametrize("to_loopback", [False, True])
def test_bad_ones(url: str, *, to_loopback: bool) -> None:
    own = url.startswith(("https://localhost/", "https://LOCALHOST/"))
    own = own or url in {"https://127.0.0.1/", "https://[::1]/"}
    if to_loopback and own:
        assert clean_url(url, to_loopback=True) == url  # what the setting is for
        return
    with pytest.raises(UrlUnsuitable):
        clean_url(url, to_loopback=to_loopback)


def test_this_machine_by_explicit_setting_only() -> None:
    for url in ("http://127.0.0.1:9000/hooks", "http://localhost:9000/", "http://[::1]:9000/"):
        assert clean_url(url, to_loopback=True) == url
        with pytest.raises(UrlUnsuitable):
            clean_url(url)
    for url in ("http://10.0.0.1/", "http://127.0.0.2/", "http://erp.example.com/"):
        with pytest.raises(UrlUnsuitable):
            clean_url(url, to_loopback=True)
