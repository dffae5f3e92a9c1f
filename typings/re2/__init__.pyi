"""Types of what we use of google-re2, which ships none."""

class error(Exception): ...  # noqa: N801

class Options:
    log_errors: bool
    max_mem: int
    case_sensitive: bool

class _Match:
    def __getitem__(self, group: int) -> str | None: ...

class _Regexp:
    groups: int
    def search(self, text: str) -> _Match | None: ...

def compile(pattern: str, options: Options | None = None) -> _Regexp: ...  # noqa: A001
