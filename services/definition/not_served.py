"""Why the version of a file is not the one that is served, and the way on, in one sentence."""

from streams.state.serving import Serving


def way_on(version: str, serving: Serving) -> str:
    """Empty where it is served, or nothing is yet."""
    served = serving.served
    if not served or version == served:
        return ""
    match serving.part_of(version):
        case "before":
            return (
                f"{version} was served before {served} and does not take over by itself: nsm definition rollback serves"
                " it again"
            )
        case "next":
            return (
                f"{version} is next: it is served as soon as its workers have folded all that the topics hold; "
                "nsm definition status says how far it is"
            )
        case _:
            return (
                f"no worker folds {version} to be served: start nsm up, or nsm worker beside the others, with its file"
            )
