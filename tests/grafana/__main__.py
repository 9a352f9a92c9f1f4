"""A stand-in to try ``nsm grafana`` on, without a Grafana: ``python -m tests.grafana``; Ctrl-C ends it."""

import time

from tests.grafana.stand_in import ADMIN, StandIn


def main() -> None:
    server = StandIn(later=True)
    print(f"export NSM_GRAFANA={server.url} NSM_GRAFANA_TOKEN={ADMIN}", flush=True)  # noqa: T201 - it is for people
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        server.end()


if __name__ == "__main__":
    main()
