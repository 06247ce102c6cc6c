"""The programs that are measured: how they are started, asked and stopped."""
import concurrent.futures
import ctypes
import json
import mmap
import os
import pathlib
import random
import shutil
import signal
import socket
import struct
import subprocess
import time
import urllib.error
import urllib.request

PR_SET_PDEATHSIG = 1
TICKS = os.sysconf("SC_CLK_TCK")
LIBC = ctypes.CDLL(None)

APP_SECRET = "bench-app-secret"
TOKEN = "bench-access-token"
FIRST_NUMBER = 100000000000001
FIRST_WABA = 200000000000001
TENANTS = 64
INGEST_TENANT = "ingest"
INGEST_NUMBER = 100000000009999


def free_port():
    """Below the range of outgoing connections, which could take a port before its program binds it."""
    for _ in range(100):
        port = random.randrange(20_000, 32_000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise RuntimeError("no free port")


def get(port, path, token=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def wait_until(condition, seconds, what, pause=0.02):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what}: not within {seconds} s")
        time.sleep(pause)


def answers(port, path):
    try:
        get(port, path)
        return True
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def machine_busy_seconds():
    """CPU time that all programs of the machine have used."""
    fields = [int(word) for word in pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICKS


class Program:
    """A child that ends with this process, however that ends."""

    def __init__(self, command, log, environment=None):
        with open(log, "ab") as file:
            self.process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                env={**os.environ, **(environment or {})},
                preexec_fn=lambda: LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def rss_mib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("no VmRSS")

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Gateway(Program):
    def __init__(self, build, folder, simulator_port=1, ports=None, settings="", as_meta_says=False):
        """`settings`: further lines of the configuration, with their table. `as_meta_says`: it keeps to Meta's limits."""
        limits = "" if as_meta_says else "messages_per_second = 100000\npair_interval_ms = 0\n"
        self.public, self.operator = ports or (free_port(), free_port())
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "clawcentral.toml"
        self.config.write_text(
            f'data_dir = "{self.folder}/data"\n'
            f'[listen]\npublic = "127.0.0.1:{self.public}"\noperator = "127.0.0.1:{self.operator}"\n'
            f'[graph]\nbase_url = "http://127.0.0.1:{simulator_port}"\n'
            + limits + '[net]\nallow_private = ["127.0.0.0/8"]\n[log]\nlevel = "warn"\n' + settings)
        self.command = build / "src/app/clawcentral"
        self.sync_file = self.folder / "syncs"
        began = time.monotonic()
        super().__init__(
            [self.command, "--config", self.config, "serve"], self.folder / "gateway.log",
            {"LD_PRELOAD": str(build / "bench/libcount_syncs.so"), "BENCH_SYNC_COUNTS": str(self.sync_file)})
        try:
            wait_until(lambda: self.ended() or answers(self.operator, "/readyz"), 30, "the gateway starts", 0.002)
        except RuntimeError:
            self.stop()
            raise
        self.start_ms = (time.monotonic() - began) * 1000

    def ended(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the gateway ended: see {self.folder}/gateway.log")
        return False

    def metrics(self):
        page = {}
        for line in get(self.operator, "/metrics").splitlines():
            if not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                page[name] = float(value)
        return page

    def syncs(self):
        """How many there were, and how many seconds they took."""
        with open(self.sync_file, "rb") as file, mmap.mmap(file.fileno(), 16, access=mmap.ACCESS_READ) as memory:
            count, microseconds = struct.unpack("<QQ", memory)
        return count, microseconds / 1e6

    def ask(self, *words, value=None):
        done = subprocess.run([self.command, "--config", self.config, "--json", *words], input=value, text=True,
                              capture_output=True, timeout=30, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"clawcentral {' '.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    def make_tenant(self, name, number, policy):
        self.ask("tenant", "create", name)
        for secret, value in (("WHATSAPP_PHONE_NUMBER_ID", str(number)), ("WHATSAPP_ACCESS_TOKEN", TOKEN),
                              ("WHATSAPP_APP_SECRET", APP_SECRET)):
            self.ask("secret", "set", name, secret, value=value)
        self.ask("agent", "set", name, "echo", "--kind", "echo")
        self.ask("channel", "set", name, "--policy", policy)


def tenant_name(index):
    return f"tenant-{index:02}"


def make_template(build, folder):
    """A data folder with all tenants, to be copied for each gateway; returns the API token of the first one."""
    with Gateway(build, folder) as gateway:
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            made = [pool.submit(gateway.make_tenant, tenant_name(i), FIRST_NUMBER + i, "open") for i in range(TENANTS)]
            made.append(pool.submit(gateway.make_tenant, INGEST_TENANT, INGEST_NUMBER, "disabled"))
            for job in made:
                job.result()
        return gateway.ask("token", "create", tenant_name(0))["token"]


def copy_data(template, folder):
    shutil.rmtree(folder, ignore_errors=True)
    pathlib.Path(folder).mkdir(parents=True)
    shutil.copytree(pathlib.Path(template) / "data", pathlib.Path(folder) / "data",
                    ignore=shutil.ignore_patterns("admin.sock", "lock"))


class Simulator(Program):
    def __init__(self, build, folder, gateway_port, statuses, limits="none"):
        self.port = free_port()
        numbers = [{"id": str(FIRST_NUMBER + i), "waba_id": str(FIRST_WABA + i), "token": TOKEN, "app_secret": APP_SECRET,
                    "callback": f"http://127.0.0.1:{gateway_port}/t/{tenant_name(i)}/webhooks/whatsapp"}
                   for i in range(TENANTS)]
        path = pathlib.Path(folder) / "numbers.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(numbers))
        super().__init__([build / "simulator/simulator", "--listen", f"127.0.0.1:{self.port}", "--numbers", path,
                          "--statuses", statuses, "--status-delay-ms", "20", "--limits", limits],
                         pathlib.Path(folder) / "simulator.log")
        try:
            wait_until(lambda: answers(self.port, "/_sim/stats"), 10, "the simulator starts")
        except RuntimeError:
            self.stop()
            raise

    def stats(self):
        return json.loads(get(self.port, "/_sim/stats"))


def load(build, *words):
    """Runs the load generator to its end; what it told, with its CPU time."""
    done = subprocess.run([str(build / "bench/load_generator"), *map(str, words)], capture_output=True, text=True,
                          timeout=300, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    told = json.loads(done.stdout)
    if told["failures"] or told["ran_out"] or not told["answered"]:
        raise RuntimeError(f"the load did not go through: {told}")
    return told
