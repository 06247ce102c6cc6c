"""Whether a campaign delays anybody's answer: 20,000 templates go out by one number that Meta lets send 1,000 a second, while
200 people talk with other numbers of other tenants, and 20 with the same number. The simulator holds all to Meta's limits and
tells how long people waited, with the campaign and without it."""
import json
import subprocess
import time
import urllib.error
import urllib.request

import programs

TEMPLATES = 20_000
FEED_RATE = 1_000  # templates a second that somebody wants to send: as many as may leave
LONGEST = 100  # seconds of a campaign
OTHERS = 50, 4  # numbers, people at each
SAME = 1, 20
PAUSE = 2  # seconds from what somebody writes to what they write next
HIGH = 1_000
NAME = "offer"


def call(port, method, path, body=None, token=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode() if body else None,
                                     {"Content-Type": "application/json"}, method=method)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
    except urllib.error.HTTPError as fault:
        raise RuntimeError(f"{method} {path}: {fault.code} {fault.read().decode()}") from fault
    return json.loads(text) if text else None


def people(build, simulator, first, numbers, each, seconds):
    rate = numbers * each / PAUSE
    return subprocess.Popen(
        [str(build / "bench/load_generator"), "people", "--port", str(simulator.port), "--first-number", str(first),
         "--numbers", str(numbers), "--people", str(each), "--rate", str(rate), "--warm-up-ms", "0", "--ms",
         str(int(seconds * 1000)), "--count", str(int(rate * (seconds + 5))), "--connections", "8"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(load):
    out, fault = load.communicate(timeout=120)
    if load.returncode != 0 or json.loads(out)["failures"]:
        raise RuntimeError(f"the load did not go through: {fault or out}")


class Fairness:
    def __init__(self, build, folder, token):
        self.build, self.folder, self.token = build, folder, token

    def figures(self, templates=TEMPLATES, seconds=15):
        ports = programs.free_port(), programs.free_port()
        with programs.Simulator(self.build, self.folder, ports[0], "sent,delivered,read", limits="meta") as simulator, \
                programs.Gateway(self.build, self.folder, simulator.port, ports, as_meta_says=True) as gateway:
            self.simulator, self.gateway = simulator, gateway
            self.prepare()
            quiet = self.talk(seconds)
            rate, sent, busy = self.talk_beside_a_campaign(templates)
            refusals = simulator.stats()["graph_errors"]
        values = {"fair_campaign_per_s": rate, "fair_campaign": sent, "fair_refusals": refusals}
        for who in ("others", "same"):
            allowed = max(1.5 * quiet[who]["p99_ms"], 50)
            values |= {f"fair_{who}_quiet_p99_ms": quiet[who]["p99_ms"], f"fair_{who}_p99_ms": busy[who]["p99_ms"],
                       f"fair_{who}_max_ms": busy[who]["max_ms"], f"fair_{who}": busy[who]["p99_ms"] / allowed}
        return values

    def prepare(self):
        """The number's own throughput, which the gateway asks for; a template that Meta has approved."""
        port = self.simulator.port
        call(port, "PUT", f"/_sim/numbers/{programs.FIRST_NUMBER}", {"limits": {"messages_per_second": HIGH}})
        made = call(port, "POST", f"/v25.0/{programs.FIRST_WABA}/message_templates?access_token={programs.TOKEN}",
                    {"name": NAME, "language": "en", "category": "MARKETING",
                     "components": [{"type": "BODY", "text": "Everything is half the price today."}]})
        call(port, "POST", f"/_sim/templates/{made['id']}", {"status": "APPROVED"})
        self.talk(4)  # each number has asked what it may

    def talk(self, seconds):
        call(self.simulator.port, "DELETE", "/_sim/answer-times")
        self.people_write(seconds)
        return self.waits()

    def people_write(self, seconds):
        loads = [people(self.build, self.simulator, programs.FIRST_NUMBER + 1, *OTHERS, seconds),
                 people(self.build, self.simulator, programs.FIRST_NUMBER, *SAME, seconds)]
        for load in loads:
            ended(load)

    def waits(self):
        port = self.simulator.port
        programs.wait_until(lambda: call(port, "GET", "/_sim/answer-times")["waiting"] == 0, 60, "all are answered")
        return {who: call(port, "GET", f"/_sim/answer-times?{which}={programs.FIRST_NUMBER}")
                for who, which in (("others", "without"), ("same", "number"))}

    def talk_beside_a_campaign(self, templates):
        """How many of the campaign went out in a second, how many it had, and the answer times meanwhile."""
        port = self.simulator.port
        before = self.simulator.stats()["business_messages"]
        call(port, "DELETE", "/_sim/answer-times")
        began = time.monotonic()
        feed = subprocess.Popen(
            [str(self.build / "bench/load_generator"), "campaign", "--port", str(self.gateway.public), "--token", self.token,
             "--template", NAME, "--rate", str(FEED_RATE), "--warm-up-ms", "0", "--connections", "32", "--ms",
             str(LONGEST * 1000), "--count", str(templates)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while feed.poll() is None:
            self.people_write(5)
        out, fault = feed.communicate(timeout=10)
        told = json.loads(out) if feed.returncode == 0 else {"failures": fault}
        if told["failures"]:
            raise RuntimeError(f"the campaign was not taken: {told}")
        waits = self.waits()
        wanted = before + told["sent"] + sum(wait["answers"] for wait in waits.values())
        programs.wait_until(lambda: self.simulator.stats()["business_messages"] >= wanted, 60, "the campaign is out")
        return told["sent"] / (time.monotonic() - began), told["sent"], waits
