#!/usr/bin/env python3
"""Measures the gateway as docs/performance.md quotes it: real programs, a real disk, loopback; three rounds, in which all
that is compared with each other is measured in turn; medians. Under 5 minutes without --full."""
import argparse
import collections
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

import fairness
import figures
import instructions
import programs

WINDOW = 512  # turns that are open at once: more than the rate wants times what a turn lasts, and under a second of work
PEOPLE = 64  # at each of the tenants' numbers
LIMIT = 30_000  # a rate that is not reached: so many webhooks a second are made beforehand
MANY_CONNECTIONS = 512


class Bench:
    def __init__(self, build, seconds, turn_seconds):
        self.build = build
        self.seconds = seconds
        self.turn_seconds = turn_seconds
        self.work = build / "bench-data"
        self.values = collections.defaultdict(list)
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)

    def note(self, **values):
        for name, value in values.items():
            self.values[name].append(value)

    def set_up(self):
        self.token = programs.make_template(self.build, self.work / "template")

    def fresh(self, name):
        programs.copy_data(self.work / "template", self.work / name)
        return self.work / name

    def webhooks(self, gateway, seconds, *words, rate=LIMIT, users=10_000):
        return programs.load(
            self.build, "webhooks", "--port", gateway.public, "--path",
            f"/t/{programs.INGEST_TENANT}/webhooks/whatsapp", "--secret", programs.APP_SECRET, "--number",
            programs.INGEST_NUMBER, "--ms", int(seconds * 1000), "--count", int((seconds + 2) * rate), "--users",
            users, *words)

    @staticmethod
    def accepted_all(gateway):
        """Until the ledger has accepted what was acknowledged; how long that took."""
        began = time.monotonic()

        def done():
            page = gateway.metrics()
            taken = sum(value for name, value in page.items() if name.startswith("clawcentral_intake_items_total"))
            return taken >= page["clawcentral_webhook_items_total"]
        programs.wait_until(done, 60, "the ledger accepts")
        return time.monotonic() - began

    def empty(self, gateway):
        """The request of a webhook, answered at once."""
        return programs.load(self.build, "empty", "--port", gateway.operator, "--ms", int(self.seconds * 600))

    def ingest(self):
        with programs.Gateway(self.build, self.fresh("ingest")) as gateway:
            time.sleep(2)
            self.note(idle_rss_mib=gateway.rss_mib())
            empty = self.empty(gateway)["answered_per_second"]
            full = self.ingest_at_full_rate(gateway)
            half = self.webhooks(gateway, self.seconds * 1.5, "--rate", full / 2, rate=full / 2)
            self.accepted_all(gateway)
            many = self.webhooks(gateway, self.seconds * 0.6, "--connections", MANY_CONNECTIONS, rate=2 * LIMIT)
            self.note(empty_200_rps=empty, durable_ingest_rps=full, durable_ingest_ratio=full / empty,
                      durable_ingest_p99_ms=half["p99_ms"], durable_ingest_p999_ms=half["p999_ms"],
                      durable_ingest_max_ms=half["max_ms"], ingest_512_rps=many["answered_per_second"],
                      ingest_512_backlog_s=self.accepted_all(gateway))

    def ingest_at_full_rate(self, gateway):
        before, cpu, (syncs, in_sync) = gateway.metrics(), gateway.cpu_seconds(), gateway.syncs()
        load = self.webhooks(gateway, self.seconds, "--warm-up-ms", 1000)
        after, (syncs_after, in_sync_after) = gateway.metrics(), gateway.syncs()
        cpu = gateway.cpu_seconds() - cpu
        # The load generator makes its requests before it begins; the gateway was idle then.
        loaded = self.seconds + 1
        commits = after["clawcentral_inbox_commits_total"] - before["clawcentral_inbox_commits_total"]
        self.note(ingest_backlog_s=self.accepted_all(gateway), commits_per_s=commits / loaded,
                  rows_per_commit=load["answered"] / commits, fdatasyncs_per_s=(syncs_after - syncs) / loaded,
                  fdatasync_ms=(in_sync_after - in_sync) / (syncs_after - syncs) * 1000,
                  ingest_gateway_cpu_us=cpu / load["answered"] * 1e6, ingest_gateway_cores=cpu / loaded,
                  ingest_load_cores=load["cpu_seconds"] / loaded)
        return load["answered_per_second"]

    def turns(self, full):
        """full: with statuses, four webhooks a turn; else one."""
        ports = programs.free_port(), programs.free_port()
        folder = self.fresh("turns")
        seconds = self.turn_seconds if full else self.seconds
        statuses = "sent,delivered,read" if full else "none"
        with programs.Simulator(self.build, folder, ports[0], statuses) as simulator, \
                programs.Gateway(self.build, folder, simulator.port, ports) as gateway:
            # Of a turn with statuses the last that the simulator sees is the answer to `read`, else the reply.
            figure, each = ("webhooks_answered", 4) if full else ("business_messages", 1)
            cpu = gateway.cpu_seconds(), simulator.cpu_seconds(), programs.machine_busy_seconds()
            load = programs.load(
                self.build, "people", "--port", simulator.port, "--first-number", programs.FIRST_NUMBER, "--numbers",
                programs.TENANTS, "--people", PEOPLE, "--ms", int(seconds * 1000), "--warm-up-ms", 1500, "--count",
                int((seconds + 2) * 5_000), "--window", WINDOW, "--figures", "/_sim/stats", "--figure", figure,
                "--figures-per-job", each)
            loaded = seconds + 1.5
            used = gateway.cpu_seconds() - cpu[0], simulator.cpu_seconds() - cpu[1]
            busy = programs.machine_busy_seconds() - cpu[2]
            began = time.monotonic()
            programs.wait_until(lambda: simulator.stats()[figure] >= each * load["sent"], 60, "the turns end")
            self.accepted_all(gateway)
            backlog = time.monotonic() - began
            self.check_turns(gateway, load["sent"], each)
            if full:
                self.note(turns_per_s=load["jobs_per_second"], turns_backlog_s=backlog,
                          turn_gateway_cpu_us=used[0] / load["sent"] * 1e6,
                          turn_simulator_cpu_us=used[1] / load["sent"] * 1e6,
                          turns_gateway_cores=used[0] / loaded, turns_simulator_cores=used[1] / loaded,
                          turns_load_cores=load["cpu_seconds"] / loaded,
                          turns_other_cores=max(busy - sum(used) - load["cpu_seconds"], 0) / loaded)
            else:
                self.note(bare_turns_per_s=load["jobs_per_second"])

    def check_turns(self, gateway, sent, webhooks_each):
        """A figure counts only where every turn came to its end."""
        wanted = {'clawcentral_turns_total{result="answered"}': sent,
                  'clawcentral_outbox_sends_total{result="sent"}': sent,
                  "clawcentral_webhook_items_total": sent * webhooks_each}

        def ended():
            page = gateway.metrics()
            return all(page[name] == value for name, value in wanted.items())
        programs.wait_until(ended, 5, f"{sent} turns are answered, sent and reported")
        if webhooks_each == 1:
            return
        page = programs.get(gateway.public, "/api/v1/messages?limit=200&direction=outbound", self.token)
        if re.search(r'"state":"(?!read")', page):
            raise RuntimeError(f"not every reply is read: {page[:500]}")

    def fill(self):
        folder = self.fresh("million")
        subprocess.run([self.build / "bench/fill_ledger", "--data", folder / "data", "--tenant",
                        programs.INGEST_TENANT, "--number", str(programs.INGEST_NUMBER)], check=True, timeout=600)

    def million(self):
        rates = {}
        for name in ("million", "empty"):
            folder = self.work / "million" if name == "million" else self.fresh("empty")
            with programs.Gateway(self.build, folder) as gateway:
                if name == "million":
                    self.note(start_1m_ms=gateway.start_ms)
                load = self.webhooks(gateway, self.seconds, "--warm-up-ms", 1000, users=100_000)
                rates[name] = load["answered_per_second"] / (1 + self.accepted_all(gateway) / self.seconds)
        self.note(ingest_ratio_1m=rates["million"] / rates["empty"])

    def delivery_log(self):
        """The same load with the delivery log and without it, in the order ABBA, so that what wears off hits both."""
        rates, cpu, share = {True: [], False: []}, {True: [], False: []}, []
        for kept in (True, False, False, True):
            settings = "" if kept else "[delivery_log]\nmax_mib = 0\n"
            with programs.Gateway(self.build, self.fresh("delivery_log"), settings=settings) as gateway:
                before = gateway.cpu_seconds()
                load = self.webhooks(gateway, self.seconds, "--warm-up-ms", 1000)
                rates[kept].append(load["answered_per_second"])
                self.accepted_all(gateway)
                cpu[kept].append((gateway.cpu_seconds() - before) / load["answered"] * 1e6)
                if kept:
                    page = gateway.metrics()
                    share.append(1 - page["clawcentral_delivery_log_dropped_total"] / page["clawcentral_webhook_items_total"])
        self.note(ingest_log_ratio=sum(rates[True]) / sum(rates[False]), ingest_log_kept=statistics.mean(share),
                  ingest_log_cpu_us=statistics.mean(cpu[True]) - statistics.mean(cpu[False]))

    def fairness(self):
        self.note(**fairness.Fairness(self.build, self.fresh("fairness"), self.token).figures())

    def instructions(self):
        counted = instructions.count(self.build / "bench/webhook_cost")
        if counted is not None:
            self.note(instructions_per_webhook=counted)

    def result(self):
        worst = {"durable_ingest_max_ms", "turns_backlog_s"}
        return {name: max(values) if name in worst else statistics.median(values)
                for name, values in self.values.items()}


def say(text):
    print(f"bench: {text}", flush=True)


def measure(bench, rounds, full):
    say("tenants are set up")
    bench.set_up()
    if full:
        say("a ledger is filled with 1,000,000 messages")
        bench.fill()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}: ingest")
        bench.ingest()
        say(f"round {number} of {rounds}: turns")
        bench.turns(True)
        bench.turns(False)
        say(f"round {number} of {rounds}: ingest with and without the delivery log")
        bench.delivery_log()
        say(f"round {number} of {rounds}: answers beside a campaign")
        bench.fairness()
        if full:
            say(f"round {number} of {rounds}: ingest into the filled ledger")
            bench.million()
    bench.instructions()


def measure_delivery_log(bench, rounds):
    bench.set_up()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}: ingest with and without the delivery log")
        bench.delivery_log()


def measure_fairness(bench, rounds):
    bench.set_up()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}: answers beside a campaign")
        bench.fairness()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path, help="build folder of the release preset")
    parser.add_argument("--full", action="store_true", help="turns for 60 s, and the ledger of a million messages")
    parser.add_argument("--document", action="store_true", help="write the table into docs/performance.md")
    parser.add_argument("--delivery-log", action="store_true", help="what the delivery log costs, and nothing else")
    parser.add_argument("--fairness", action="store_true", help="answers beside a campaign, and nothing else")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5, help="of each load")
    parser.add_argument("--turn-seconds", type=float, help="of turns_per_s (default 10, 60 with --full)")
    parser.add_argument("--keep", action="store_true", help="keep the data and the logs in BUILD/bench-data")
    asked = parser.parse_args()
    bench = Bench(asked.build.resolve(), asked.seconds, asked.turn_seconds or (60 if asked.full else 10))
    began = time.monotonic()
    try:
        if asked.delivery_log:
            measure_delivery_log(bench, asked.rounds)
        elif asked.fairness:
            measure_fairness(bench, asked.rounds)
        else:
            measure(bench, asked.rounds, asked.full)
    except RuntimeError as fault:
        print(f"bench: {fault}; logs and data are in {bench.work}", file=sys.stderr)
        return 1
    if not asked.keep:
        shutil.rmtree(bench.work)
    say(f"{asked.rounds} rounds in {time.monotonic() - began:.0f} s")
    values, about = bench.result(), figures.machine()
    how = f"medians of {asked.rounds} rounds, turns for {bench.turn_seconds:g} s"
    text = figures.table(values, about, how)
    (asked.build / "bench.md").write_text(text)
    if asked.document:
        figures.write_document("docs/performance.md", text)
    figures.tell(values, about, asked.build)
    return 0


sys.exit(main())
