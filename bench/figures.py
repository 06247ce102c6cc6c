"""What the figures are called, what they should be, and how they are told."""
import datetime
import json
import os
import pathlib
import platform
import re
import subprocess

NOT_MEASURED = "not measured"

# name, first goal (None: told only) as (relation, value), decimals, what it is
FIGURES = [
    ("empty_200_rps", None, 0, "the request of a webhook to `/healthz`: same server code, same io threads"),
    ("durable_ingest_rps", None, 0, "signed webhooks, a message each, 64 connections: stored and synced, no turn"),
    ("durable_ingest_ratio", (">=", 0.5), 2, "the one by the other"),
    ("durable_ingest_p99_ms", ("<=", 15), 2, "64 connections at half of that rate, from when each was due"),
    ("durable_ingest_p999_ms", ("<=", 100), 2, "the same"),
    ("durable_ingest_max_ms", None, 2, "the same; the longest of all rounds"),
    ("ingest_backlog_s", None, 2, "after full rate, until the ledger had accepted all that was acknowledged"),
    ("ingest_512_rps", None, 0, "durable_ingest_rps with 512 connections"),
    ("ingest_512_backlog_s", None, 2, "after it, as above"),
    ("commits_per_s", None, 0, "during durable_ingest_rps"),
    ("rows_per_commit", None, 1, "webhooks by commits"),
    ("fdatasyncs_per_s", None, 0, "counted by a library that is preloaded into the gateway"),
    ("fdatasync_ms", None, 2, "how long one took on this disk"),
    ("ingest_gateway_cpu_us", None, 0, "the gateway's CPU time for a webhook, accepting included"),
    ("ingest_gateway_cores", None, 2, "the gateway's share of the machine during durable_ingest_rps"),
    ("ingest_load_cores", None, 2, "the load generator's"),
    ("ingest_log_ratio", (">=", 0.9), 2, "durable_ingest_rps with the delivery log, by the same without it"),
    ("ingest_log_cpu_us", None, 1, "what the log adds to the gateway's CPU time for a webhook, at its low priority"),
    ("ingest_log_kept", None, 2, "of those webhooks, the share that the log kept: its writer gives way"),
    ("turns_per_s", (">=", 1200), 0, "text, typing and read, echo reply; sent, delivered, read stored; 64 tenants"),
    ("turns_backlog_s", ("<=", 1), 2, "after the load's end, until the last status was accepted; longest"),
    ("bare_turns_per_s", (">=", 2500), 0, "without statuses; typing cannot be switched off yet, so it goes out"),
    ("turn_gateway_cpu_us", None, 0, "the gateway's CPU time for a turn with all its statuses"),
    ("turn_simulator_cpu_us", None, 0, "the simulator's"),
    ("turns_gateway_cores", None, 2, "the gateway's share of the machine during turns_per_s"),
    ("turns_simulator_cores", None, 2, "the simulator's"),
    ("turns_load_cores", None, 2, "the load generator's"),
    ("turns_other_cores", None, 2, "what other programs took from it, the kernel's own work included"),
    ("fair_others", ("<=", 1), 2, "their p99 answer time beside the campaign, by 1.5 × the quiet one, or by 50 ms"),
    ("fair_same", ("<=", 1), 2, "the same, of the 20 people at the campaign's own number"),
    ("fair_others_quiet_p99_ms", None, 0, "answer time of 200 people at 50 numbers of other tenants, without the campaign"),
    ("fair_others_p99_ms", None, 0, "while 20,000 templates leave by another number"),
    ("fair_others_max_ms", None, 0, "the longest"),
    ("fair_same_quiet_p99_ms", None, 0, "answer time of 20 people at the campaign's number, without it"),
    ("fair_same_p99_ms", None, 0, "while the 20,000 templates leave"),
    ("fair_same_max_ms", None, 0, "the longest"),
    ("fair_campaign_per_s", None, 0, "templates a second, of 1,000 that Meta allows the number"),
    ("fair_campaign", (">=", 20000), 0, "templates of it"),
    ("fair_refusals", ("<=", 0), 0, "what the simulator, which holds all to Meta's limits, refused in all of that"),
    ("idle_rss_mib", ("<=", 40), 1, "2 s after start, 65 tenants, no traffic"),
    ("ingest_ratio_1m", (">=", 0.85), 2, "ingest with 100,000 users and 1,000,000 messages stored, by ingest without"),
    ("start_1m_ms", ("<=", 1000), 0, "start to /readyz with that ledger, its file in the page cache"),
    ("instructions_per_webhook", None, 0, "signature, split, slot, one thread; callgrind; portable OpenSSL code"),
]


def text_of(value, decimals):
    return NOT_MEASURED if value is None else f"{value:.{decimals}f}"


def verdict(value, goal):
    if goal is None:
        return "told"
    relation, limit = goal
    wanted = f"{'≥' if relation == '>=' else '≤'} {limit:,}"
    if value is None:
        return wanted
    return wanted + (", met" if (value >= limit if relation == ">=" else value <= limit) else ", missed")


def command_output(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", info, re.M)
    memory = re.search(r"^MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.M)
    commit = command_output("git", "rev-parse", "--short", "HEAD") or "unknown"
    if command_output("git", "status", "--porcelain", "--", "src", "simulator", "bench"):
        commit += " and changes"
    return {"cpu": model.group(1) if model else platform.machine(), "cores": os.cpu_count(),
            "memory_gib": round(int(memory.group(1)) / 1024 / 1024, 1), "kernel": platform.release(),
            "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"), "commit": commit}


def table(values, about, how):
    lines = [f"{about['date']}, commit {about['commit']}: {about['cores']} cores ({about['cpu']}), "
             f"{about['memory_gib']} GiB, Linux {about['kernel']}; {how}.", "",
             "| figure | value | first goal | what it is |", "|---|---|---|---|"]
    for name, goal, decimals, meaning in FIGURES:
        lines.append(f"| `{name}` | {text_of(values.get(name), decimals)} | {verdict(values.get(name), goal)} "
                     f"| {meaning} |")
    return "\n".join(lines) + "\n"


def write_document(path, text):
    begin, end = "<!-- figures: written by scripts/bench -->\n", "<!-- end of figures -->\n"
    page = pathlib.Path(path).read_text()
    before, rest = page.split(begin)
    after = rest.split(end)[1]
    pathlib.Path(path).write_text(f"{before}{begin}\n{text}\n{end}{after}")


def tell(values, about, build):
    """The last lines of the run, and the same as JSON."""
    told = {name: values.get(name) for name, *_ in FIGURES}
    path = pathlib.Path(build) / "bench.json"
    path.write_text(json.dumps({"machine": about, "figures": told}, indent=2) + "\n")
    for name, _, decimals, _ in FIGURES:
        print(name, text_of(values.get(name), decimals))
