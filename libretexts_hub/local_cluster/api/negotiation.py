"""In which form does the client want the answer: plain, as a Table, or only the metadata?"""

from libretexts_hub.local_cluster.status import ApiError

PLAIN = ""
FORMS = {
    "Table": "Table",
    "PartialObjectMetadata": "PartialObjectMetadata",
    "PartialObjectMetadataList": "PartialObjectMetadata",
}
NOT_ACCEPTABLE = (
    "406: Not Acceptable\n\nAvailable representations: application/json, application/json;stream=watch"
)


def negotiate(accept: str) -> str:
    """The first form of the Accept header that can be served. ApiError 406 when there is none."""
    ranges = [part.strip() for part in accept.split(",") if part.strip()]
    if not ranges:
        return PLAIN
    for text in ranges:
        media, *rest = (part.strip() for part in text.split(";"))
        options = dict(part.split("=", 1) for part in rest if "=" in part)
        if media not in ("application/json", "application/*", "*/*"):
            continue
        if "as" not in options:
            return PLAIN
        if options["as"] in FORMS and options.get("g") == "meta.k8s.io" and options.get("v") == "v1":
            return FORMS[options["as"]]
    raise ApiError(406, "NotAcceptable", NOT_ACCEPTABLE, {})
