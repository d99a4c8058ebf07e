"""Are refusals of the API server told without any object, and are its wishes heard?"""

import pytest
from kubernetes_asyncio.client.rest import ApiException

from libretexts_hub.clients import cluster


def refused(status=403, body='{"message": "no"}', headers=None):
    error = ApiException(status=status, reason="Forbidden")
    error.body, error.headers = body, headers
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(refused(), "403 Forbidden no", id="status"),
        pytest.param(refused(body="<html>"), "403 Forbidden", id="not-json"),
        pytest.param(refused(body="[]"), "403 Forbidden", id="a-list"),
        pytest.param(refused(body=None), "403 Forbidden", id="nothing"),
    ],
)
def test_reasons(error, words):
    assert cluster.reason(error) == words


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param(None, 0.0, id="none"),
        pytest.param({"Retry-After": "2"}, 2.0, id="seconds"),
        pytest.param({"Retry-After": "9999"}, 5.0, id="long"),
        pytest.param({"Retry-After": "-1"}, 0.0, id="negative"),
        pytest.param({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0, id="date"),
    ],
)
def test_retry_after(headers, seconds):
    assert cluster.retry_after(refused(headers=headers)) == seconds
