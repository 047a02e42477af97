"""Figures for Prometheus. A registry of its own for each application, so that two in one process do not mix."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """Counters and histograms of one platform process. Labels are routes and kinds, never ids or names."""

    def __init__(self) -> None:
        """With a registry of its own."""
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "pactoria_requests_total", "Requests answered", ("method", "route", "status"), registry=self.registry
        )
        self.request_seconds = Histogram(
            "pactoria_request_seconds", "Seconds to the answer", ("route",), buckets=_SECONDS, registry=self.registry
        )
        self.statement_seconds = Histogram(
            "pactoria_statement_seconds",
            "Seconds of database statements",
            ("kind",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.slow_statements = Counter(
            "pactoria_slow_statements_total", "Statements slower than the setting", registry=self.registry
        )
        self.sockets = Gauge("pactoria_live_connections", "Open live connections", registry=self.registry)
        self.jobs = Counter("pactoria_jobs_total", "Jobs done", ("kind", "outcome"), registry=self.registry)
        self.jobs_waiting = Gauge("pactoria_jobs_waiting", "Jobs that wait or are being done", registry=self.registry)
        self.jobs_given_up = Gauge("pactoria_jobs_given_up", "Jobs that were given up", registry=self.registry)

    def text(self) -> bytes:
        """All figures in Prometheus' text form."""
        return generate_latest(self.registry)
