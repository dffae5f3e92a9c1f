"""What a file is, judged by its content; its name only tells apart what looks the same inside. Pure."""

BYTES = "application/octet-stream"
OFFICE = "application/vnd.openxmlformats-officedocument."
BY_CONTENT = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)
IN_ZIP = {
    "docx": f"{OFFICE}wordprocessingml.document",
    "xlsx": f"{OFFICE}spreadsheetml.sheet",
    "pptx": f"{OFFICE}presentationml.presentation",
}
TEXTS = {"csv": "text/csv", "txt": "text/plain", "log": "text/plain", "md": "text/plain"}
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
LOOKED_AT = 4096


def type_of(content: bytes, name: str) -> str:
    """A media type; what is not known for sure is a stream of bytes."""
    extension = name.rpartition(".")[2].lower()
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[4:8] == b"ftyp" and extension in ("mp4", "m4v"):
        return "video/mp4"
    found = next((kind for start, kind in BY_CONTENT if content.startswith(start)), BYTES)
    if found == "application/zip":
        return IN_ZIP.get(extension, found)
    return TEXTS.get(extension, BYTES) if found == BYTES and _is_text(content) else found


def _is_text(content: bytes) -> bool:
    """Whether it reads as UTF-8; a letter cut at the end of what is looked at does not count."""
    start = content[:LOOKED_AT]
    if b"\x00" in start:
        return False
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as trouble:
        return len(content) > LOOKED_AT and trouble.start > LOOKED_AT - 4
    return True
