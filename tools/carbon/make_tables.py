#!/usr/bin/env python3
"""Makes the tables in data/carbon from the raw figures of others (see NOTICE for their licences).

The raw folder holds country_carbontracker.csv and country_codecarbon.csv (both of Ember/OWID),
grid_ccf_aws.csv and grid_ccf_azure.csv (ccf-coefficients), ga_cloudProviders_datacenters.csv and
ga_defaults_PUE.csv (Green Algorithms), and google_regions.csv (data/yearly/<year>.csv of
GoogleCloudPlatform/region-carbon-info). regions.csv beside this script says where the regions are.
The same input gives the same bytes.
"""

import argparse
import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
EMBER = "Ember via Our World in Data, CC BY 4.0"
DISAGREE = 0.30
# Not in Green Algorithms' table in this form: sustainability.aboutamazon.com, figure for 2024.
AWS_PUE = ("aws", "", "1.15", "2024", "mean of its data centres; AWS")


def rows_of(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def grams(value):
    """Three significant digits are more than such figures bear; one decimal keeps small ones."""
    return f"{float(value):.1f}".removesuffix(".0")


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


class Countries:
    """The newest figure of each country: Carbontracker's copy, CodeCarbon's where it has none."""

    def __init__(self, raw):
        newest = {
            row["Code"]: (
                row["alpha-2"],
                row["Entity"],
                float(row["Carbon intensity of electricity (gCO2eq/kWh)"]),
                row["Year"],
            )
            for row in rows_of(raw / "country_carbontracker.csv")
        }
        older = rows_of(raw / "country_codecarbon.csv")
        self.notes = []
        for row in older:
            code3, value = row["iso_code"], float(row["carbon_intensity"] or 0.0)
            if code3 not in newest:
                code2 = {"NAM": "NA"}[code3]
                newest[code3] = (code2, row["country_name"], value, row["year"])
            _, name, best, year = newest[code3]
            if abs(best - value) > DISAGREE * max(best, value):
                self.notes.append(f"{name}: {best:.0f} ({year}), CodeCarbon {value:.0f} ({row['year']})")
        # 0 g comes from a generation that Ember rounds to 0.15 TWh of hydropower; it is no figure.
        dropped = [code for code, entry in newest.items() if entry[2] <= 0.0]
        for code3 in dropped:
            self.notes.append(f"{newest[code3][1]}: left out, the source says 0 g/kWh")
            del newest[code3]
        self.by_code2 = {entry[0]: (code3, *entry[1:]) for code3, entry in newest.items()}
        self.world = self.weighted_mean(newest, older)

    @staticmethod
    def weighted_mean(newest, older):
        """Mean over the world's generation (terawatt-hours of CodeCarbon's copy)."""
        weights = {row["iso_code"]: float(row["total_TWh"] or 0.0) for row in older}
        total = sum(weights[code] for code in newest)
        return sum(weights[code] * entry[2] for code, entry in newest.items()) / total

    def table(self):
        rows = [
            (code2, code3, name, grams(value), year, EMBER)
            for code2, (code3, name, value, year) in self.by_code2.items()
        ]
        rows.sort()
        # ISO 3166 leaves XA to XZ and XAA to XZZ to users.
        year = max(row[4] for row in rows)
        source = f"mean of these countries weighted by generation; {EMBER}"
        return [*rows, ("XW", "XWW", "World", grams(self.world), year, source)]


def grid_figures(raw):
    """gCO2e/kWh of a North American grid by its NERC region, as ccf-coefficients gives them."""
    figures = {}
    for name in ("grid_ccf_aws.csv", "grid_ccf_azure.csv"):
        for row in rows_of(raw / name):
            if row["NERC Region"]:
                figures[row["NERC Region"]] = 1e6 * float(row["CO2e (metric ton/kWh)"])
    return figures


def region_table(raw, countries, google_year):
    google = {
        row["Google Cloud Region"]: row["Grid carbon intensity (gCO2eq / kWh)"]
        for row in rows_of(raw / "google_regions.csv")
    }
    grids = grid_figures(raw)
    table = []
    for row in rows_of(HERE / "regions.csv"):
        code3, name, value, year = countries.by_code2[row["country"]]
        source = f"no figure of its own: that of {name}; {EMBER}"
        if row["provider"] == "gcp":
            value, year = google[row["region"]], google_year
            source = "Google, operational emissions of its grid; Apache-2.0"
        elif row["grid"]:
            value, year = grids[row["grid"]], ""
            source = f"US EPA eGRID {row['grid']} via ccf-coefficients, Apache-2.0"
        location = row["location"]
        if location != name:
            location += f", {name}"
        table.append(
            (row["provider"], row["region"], location, row["country"], grams(value), year, source)
        )
    return sorted(table)


def pue_table(raw):
    table = [AWS_PUE]
    for row in rows_of(raw / "ga_defaults_PUE.csv"):
        if row["provider"] in ("gcp", "azure"):
            source = "mean of its data centres; Nutanix via Green Algorithms, CC BY 4.0"
            table.append((row["provider"], "", row["PUE"], "2023", source))
    for row in rows_of(raw / "ga_cloudProviders_datacenters.csv"):
        if row["PUE"]:
            source = "this data centre; Google via Green Algorithms, CC BY 4.0"
            table.append((row["provider"], row["Name"], row["PUE"], "2020", source))
    return sorted(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=pathlib.Path, required=True, help="folder of raw figures")
    parser.add_argument("--google-year", default="2025", help="year of google_regions.csv")
    parser.add_argument("--output", type=pathlib.Path, default=HERE.parents[1] / "data" / "carbon")
    options = parser.parse_args()

    countries = Countries(options.raw)
    options.output.mkdir(parents=True, exist_ok=True)
    write(
        options.output / "countries.csv",
        ("code2", "code3", "name", "g_per_kwh", "year", "source"),
        countries.table(),
    )
    write(
        options.output / "cloud_regions.csv",
        ("provider", "region", "location", "country", "g_per_kwh", "year", "source"),
        region_table(options.raw, countries, options.google_year),
    )
    write(
        options.output / "pue.csv",
        ("provider", "region", "pue", "year", "source"),
        pue_table(options.raw),
    )
    for note in countries.notes:
        print(note, file=sys.stderr)


if __name__ == "__main__":
    main()
