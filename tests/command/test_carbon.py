"""joulecast carbon: energy as CO2 and money, the cheapest start, live providers."""

import http.server
import threading

import pytest

TOKEN = "secret-token-1234"


def test_energy_to_co2_and_money(joulecast):
    document = joulecast(
        "carbon", "2.5kWh", "--country", "ES", "--price", "0.28 EUR", "--json"
    ).json("carbon")
    rates = document["rates"]
    assert rates["intensity"]["place"] == "Spain"
    assert rates["intensity"]["origin"] == "reported"
    assert document["footprint"]["energy_j"] == 9e6
    assert document["footprint"]["g_co2e"] == pytest.approx(2.5 * rates["intensity"]["g_per_kwh"])
    assert document["footprint"]["cost"] == pytest.approx(0.7)


def test_text_names_figures_and_sources(joulecast):
    shown = joulecast("carbon", "9MJ", "--cloud-region", "aws:eu-west-1", "--price", "0.3 EUR")
    assert shown.code == 0, shown.err
    for part in ("2.5 kWh (9.000 MJ)", "2.875 kWh", "0.86 EUR", "Ireland", "Ember", "1.15, aws"):
        assert part in shown.out


def test_no_place_is_the_world_and_says_so(joulecast):
    shown = joulecast("carbon", "1kWh")
    assert "World" in shown.out
    assert "--country mends it" in shown.out
    document = joulecast("carbon", "--json").json("carbon")
    assert document["footprint"] is None
    assert document["rates"]["intensity"]["origin"] == "assumed"


def test_lists(joulecast):
    countries = joulecast("carbon", "--list", "countries", "--json").json("carbon")["countries"]
    assert len(countries) > 200
    regions = joulecast("carbon", "--list", "regions", "--json").json("carbon")["cloud_regions"]
    assert {row["provider"] for row in regions} == {"aws", "azure", "gcp"}
    assert joulecast("carbon", "--list", "countries").out.count("\n") == len(countries)
    assert joulecast("carbon", "--list", "regions").out.count("\n") == len(regions)


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["2.5"], "kWh"),
        (["2.5kWh", "--country", "Spein"], "did you mean 'Spain'?"),
        (["1kWh", "--country", "ES", "--cloud-region", "aws:eu-west-1"], "does not lie in Spain"),
        (["1kWh", "--pue", "0.5"], "between 1 and 5"),
        (["1kWh", "--grid-intensity", "-5"], "between 0 and 2000"),
        (["1kWh", "--price", "cheap"], "0.28 EUR"),
        (["--list", "planets"], "countries or regions"),
        (["--duration", "6h"], "--schedule"),
        (["--schedule", "x.csv"], "--duration"),
        (["1kWh", "--live", "weather:ES"], "electricitymaps"),
    ],
)
def test_wrong_usage_is_one_line(joulecast, arguments, part):
    outcome = joulecast("carbon", *arguments)
    assert part in outcome.error_line()
    assert outcome.code == 2


HOURS = "timestamp,g_per_kwh\n" + "".join(
    f"2026-11-23T{hour:02}:00Z,{value}\n" for hour, value in enumerate([300, 100, 100, 400, 200])
)
WINDOW = ["--from", "2026-11-23", "--until", "2026-11-23T05:00"]


def test_schedule(joulecast, write):
    arguments = ["carbon", "--schedule", write("grid.csv", HOURS), *WINDOW, "--duration", "2h"]
    schedule = joulecast(*arguments, "--power", "500W", "--json").json("carbon")["schedule"]
    assert schedule["best"]["start"] == "2026-11-23T01:00Z"
    assert schedule["best"]["g_co2e"] == pytest.approx(100.0)
    assert schedule["at_once"]["g_co2e"] == pytest.approx(200.0)
    assert schedule["worst"]["g_co2e"] == pytest.approx(300.0)
    by_energy = joulecast(*arguments, "1kWh", "--pue", "1.5", "--json").json("carbon")["schedule"]
    assert by_energy["best"]["g_co2e"] == pytest.approx(150.0)
    shown = joulecast(*arguments, "1kWh").out
    assert "best      2026-11-23T01:00Z" in shown
    assert "-50 %" in shown


def test_schedule_errors(joulecast, write):
    arguments = ["carbon", "--schedule", write("grid.csv", HOURS), "--duration", "2h"]
    power = ["--power", "500W"]
    assert "do not cover" in joulecast(*arguments, *power, "--from", "2027-01-01",
                                       "--until", "2027-01-02").error_line()
    assert "shorter" in joulecast(*arguments, *power, "--from", "2026-11-23T04:00").error_line()
    assert "either" in joulecast(*arguments, *WINDOW).error_line()
    assert "not a time" in joulecast(*arguments, *power, "--from", "soon").error_line()
    assert "from its file" in joulecast(*arguments, *power, "--country", "ES").error_line()
    assert "cannot" in joulecast("carbon", "--schedule", "no.csv", "--duration", "1h").error_line()


class Provider(http.server.BaseHTTPRequestHandler):
    """Answers as its server's `behaviour` says."""

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("auth-token")))
        status, body = self.server.behaviour(self)
        self.send_response(status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def provider():
    """provider.behaviour = lambda handler: (status, body); the environment that points to it."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    server.daemon_threads = True
    server.block_on_close = False
    server.asked = []
    server.released = threading.Event()
    server.environment = {
        "JOULECAST_CARBON_URL": f"http://127.0.0.1:{server.server_port}",
        "ELECTRICITYMAPS_TOKEN": TOKEN,
        "no_proxy": "*",
    }
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


LIVE = ["carbon", "1kWh", "--live", "electricitymaps:ES", "--json"]


def test_live_answer_counts(joulecast, provider):
    answer = b'{"zone":"ES","carbonIntensity":77.5,"datetime":"2026-11-23T17:00Z"}'
    provider.behaviour = lambda handler: (200, answer)
    document = joulecast(*LIVE, env=provider.environment).json("carbon")
    assert document["rates"]["intensity"]["g_per_kwh"] == 77.5
    assert document["footprint"]["g_co2e"] == pytest.approx(77.5)
    assert provider.asked == [("/v3/carbon-intensity/latest?zone=ES", TOKEN)]


def test_live_great_britain(joulecast, provider):
    answer = b'{"data":[{"from":"2026-11-23T17:00Z","intensity":{"forecast":150,"actual":149}}]}'
    provider.behaviour = lambda handler: (200, answer)
    outcome = joulecast("carbon", "--live", "carbonintensity", "--json", env=provider.environment)
    assert outcome.json("carbon")["rates"]["intensity"]["g_per_kwh"] == 149
    assert provider.asked == [("/intensity", None)]


def hang(handler):
    handler.server.released.wait(60)
    return 200, b""


def drip(handler):
    """A byte now and then, for ever: each one in time, the answer never."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.released.wait(0.2):
        handler.wfile.write(b" ")
    return 200, b""


@pytest.mark.parametrize(
    "behaviour, why",
    [
        (lambda handler: (200, b"<html>not json"), "no carbon intensity in it"),
        (lambda handler: (200, b'{"carbonIntensity": NaN}'), "no carbon intensity in it"),
        (lambda handler: (200, b'{"carbonIntensity": null}'), "no carbon intensity in it"),
        (lambda handler: (200, b"[" * 500_000), "no carbon intensity in it"),
        (lambda handler: (200, b" " * 2_000_000), "larger than 1048576 bytes"),
        (lambda handler: (401, b"bad token " + TOKEN.encode()), "HTTP status 401"),
        (lambda handler: (302, b""), "HTTP status 302"),
        (lambda handler: (200, b""), "no carbon intensity in it"),
        (hang, "no answer within 3 s"),
        (drip, "no answer within 3 s"),
    ],
)
def test_live_failures_fall_back_to_the_table(joulecast, provider, behaviour, why):
    provider.behaviour = behaviour
    outcome = joulecast(*LIVE, env=provider.environment)
    assert outcome.json("carbon")["rates"]["intensity"]["place"] == "Spain"
    assert why in outcome.err
    assert "the table's for Spain counts" in outcome.err
    assert outcome.err.count("\n") == 1
    assert TOKEN not in outcome.err + outcome.out


def test_live_without_token_or_server(joulecast):
    outcome = joulecast(*LIVE, env={"ELECTRICITYMAPS_TOKEN": ""})
    assert outcome.json("carbon")["rates"]["intensity"]["place"] == "Spain"
    assert "ELECTRICITYMAPS_TOKEN" in outcome.err
    nobody = {"JOULECAST_CARBON_URL": "http://127.0.0.1:1", "ELECTRICITYMAPS_TOKEN": TOKEN}
    assert joulecast(*LIVE, env=nobody).code == 0


def test_live_and_a_figure_of_ones_own_contradict(joulecast):
    outcome = joulecast("carbon", "--live", "electricitymaps:ES", "--grid-intensity", "5")
    assert "contradict" in outcome.error_line()
