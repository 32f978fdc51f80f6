"""What the page of a study shows and says, read from its HTML; what it promises as a page is in tests/contracts."""

from __future__ import annotations

import csv
import html as html_module
import io
import math
import re
from functools import partial
from urllib.parse import unquote

import pytest

import reports
from reports import study_page
from reports.study_sections import points
from reports.study_sections.curves import marks_of
from reports.study_sections.drawing import looks
from reports.study_sections.facts import Clock, clock_of, counted
from reports.study_sections.fit import misses
from tests.reports import pages
from tests.reports import study_facts as made
from tests.reports.pages import Tree

NB = "\u00a0"
drawn, read = partial(pages.page, "study"), partial(pages.tree, "study")


def plain(tree: Tree) -> str:
    return tree.text.replace(NB, " ")


def sheet(tree: Tree) -> str:
    (link,) = [str(a["href"]) for a in tree.all("a") if a.get("download") == "points.csv"]
    kind, _, content = link.partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    return unquote(content)


def parameters_in(page: str) -> list[list[str]]:
    """The cells of the first table of parameters, row by row."""
    (table, *_) = re.findall(r'<table class="parameters">(.*?)</table>', page, re.DOTALL)
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.replace(NB, " ").split("</tr>")[1:-1]]
    return [[re.sub("<[^>]*>", "", cell) for cell in row] for row in rows]


@pytest.mark.parametrize("case", pages.KINDS["study"].cases)
def test_the_sections_come_in_order_and_the_contents_name_them_all(case: str) -> None:
    wanted = [
        key for key, _ in study_page.SECTIONS if key not in ("pictures", "probes")
    ]  # of studies of pictures, or with one beside
    assert [a["id"] for a in read(case).all("section")] == wanted
    assert [str(a["href"])[1:] for a in read(case).all("a") if str(a["href"])[1:] in wanted][: len(wanted)] == wanted


def test_what_is_no_study_file_is_shown_and_not_offered_to_be_copied() -> None:
    facts = made.study(["clean"], made.points(["clean"], seeds=1))
    button = '<span class="hear"> study file</span></button>'
    assert button not in reports.study(facts)
    assert "Nothing was kept of the file itself." in reports.study(facts)
    assert button in reports.study(facts | {"file": "# mine\nsizes: 30k\n"})
    assert button not in reports.study(facts | {"file": "# mine\u202e\n"}), "what is shown is not what was read"
    assert button not in reports.study(facts | {"file": "#" * (study_page.FILE + 1)})


def test_a_grade_names_its_recipe() -> None:
    facts = made.study(["clean", "web"], made.points(["clean", "web"], seeds=1))
    facts["data"]["grades"]["web"]["recipe"] = "chinese-web"
    assert "<span>by recipe</span> <bdi>chinese-web</bdi>" in reports.study(facts)
    assert "<span>配方</span> <bdi>chinese-web</bdi>" in reports.study(facts, language="zh")


def test_a_name_of_dollars_is_a_name_and_no_formula() -> None:
    facts = made.study(["a$^x$b", "$\\frac$"], made.points(["a$^x$b", "$\\frac$"], seeds=1))
    facts["cost"]["unit"] = "$\\frac$-hours"
    assert "$\\frac$" in re.findall(r"<text [^>]*>([^<]*)</text>", reports.study(facts))


def test_the_answer_comes_first_and_then_a_verdict_in_words_for_every_held_out_set() -> None:
    text = plain(read("likely"))
    top = text[text.index("more compute, or more or better data?") : text.index("Lower is better.")]
    parts = [*study_page.parts(made.likely()["sentence"]), "claimon rawon neutral", "On raw", "On neutral"]
    places = [top.index(part) for part in parts]
    assert places == sorted(places)
    assert "Difference 0.031 [0.022, 0.041] bits per byte: the whole interval of the difference lies above 0." in top
    for meaning in study_page.WORDS.values():
        assert meaning in top


def test_the_verdicts_are_a_table_of_claims_and_held_out_sets_that_says_who_won() -> None:
    page = drawn("likely")
    table = page[page.index('class="scroll verdicts"') :].split("</table>")[0].replace(NB, " ")
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("</tr>")[:-1]]
    told = [[" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in row] for row in rows]
    assert told[0] == ["claim", "on raw", "on neutral"]
    assert told[1][:2] == [
        "Twice the data lowers loss more than twice the core-hours",
        "data wins by 0.031 [0.022, 0.041] bits per byte claim SUPPORTED",
    ]
    refuted = "core-hours win by 0.110 [0.090, 0.130] bits per byte claim REFUTED"
    assert ["typos lowers loss more than twice the core-hours", refuted] in [row[:2] for row in told]


def test_what_came_out_is_said_before_the_claim_that_it_refutes() -> None:
    text = plain(read("likely"))
    card = text[text.index("On raw text of the same kind") :]
    found, claim, word = (
        "Twice the core-hours lower loss more than typos",
        "Claim: Training on grade typos lowers loss more than doubling core-hours.",
        "REFUTED Difference −0.110 [−0.130, −0.090] bits per byte",
    )
    assert card.index(found) < card.index(claim) < card.index(word)


def test_a_headline_whose_law_misses_says_so_beneath_it_and_by_how_much() -> None:
    assert "A hint, not a figure" not in plain(read("likely"))
    facts = made.likely()
    point = facts["exchange"]["raw"]["operating_point"]
    rows = [i for i, p in enumerate(facts["points"]) if p["held_out"] == "raw" and p["grade"] == "clean"]
    at = [i for i in rows if all(facts["points"][i][key] == point[key] for key in ("parameters", "tokens", "unique"))]
    law = facts["laws"]["raw"][0]
    law |= {"lack_of_fit": {"f": 6.1, "p": 1e-5, "df": [20, 30], "rejected": True}, "weakly_identified": ["E"]}
    law["residuals"] = [{"point": i, "residual": math.log(1.02)} for i in at]
    text = plain(Tree(reports.study(facts)))
    mean = math.fsum(facts["points"][i]["loss"] for i in at) / len(at)
    off = mean - mean / 1.02  # a residual is ln(measured / fitted)
    told = f"At the run in question it is off by as much as the whole difference: {off:.2g} bits per byte on raw."
    assert off > 0.031 and told in text
    places = [text.index(part) for part in (study_page.parts(facts["sentence"])[0], told, "claimon raw")]
    assert places == sorted(places)
    assert "These runs leave open E: quote no number for any of them." in text
    for residual in law["residuals"]:
        residual["residual"] = 0.001
    assert "At the run in question it is off by: 0.00" in plain(Tree(reports.study(facts)))
    facts["exchange"]["raw"]["verdicts"] = [v | {"verdict": "UNDECIDED"} for v in facts["exchange"]["raw"]["verdicts"]]
    assert "A hint, not a figure" not in plain(Tree(reports.study(facts))), "nothing was claimed"


def test_the_fewer_of_questions_and_held_out_sets_are_the_columns_of_the_verdicts() -> None:
    page = reports.study(made.labelled()).replace(NB, " ")
    table = page[page.index('class="scroll verdicts"') :].split("</table>")[0]
    rows = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("</tr>")[:-1]]
    told = [[" ".join(re.sub("<[^>]*>", " ", cell).split()) for cell in row] for row in rows]
    assert [row[0] for row in told] == ["claims", "on raw", "on neutral", "on mood"]
    assert told[1][1] == "data wins by 0.031 [0.022, 0.041] bits per byte claim SUPPORTED"
    assert told[3][1] == "data wins by 0.031 [0.022, 0.041] bits per label claim SUPPORTED"


def test_of_sets_with_losses_of_their_own_each_ceiling_has_its_unit() -> None:
    text = plain(Tree(reports.study(made.labelled())))
    ceiling = "1.93 [1.84, 1.99] bits per "
    assert f"unique tokens allow, however much compute{ceiling}byte{ceiling}byte{ceiling}label" in text


def test_what_no_amount_makes_up_for_is_asked_once_and_is_not_unknown() -> None:
    facts = made.likely()
    for part in facts["exchange"].values():
        for doubling in part["data_for_compute"]:
            doubling |= {
                "value": None,
                "interval": None,
                "says": f"no amount of unique data makes up for {doubling['k']}",
            }
    text = plain(Tree(reports.study(facts)))
    question = "2 times the core-hours are worth so many times the unique data"
    assert f"{question}no amount of unique data makes up for 2no amountno amount" in text
    assert "4 times the core-hours" not in text


def test_a_long_study_file_is_whole() -> None:
    file = "# é & <b>\n" + "\n".join(f"# line {i}" for i in range(900)) + "\nname: last\n"
    facts = made.study(["clean"], made.points(["clean"], seeds=1)) | {"file": file}
    (shown,) = re.findall(r'aria-label="The study file">(.*?)</pre>', reports.study(facts), re.DOTALL)
    assert html_module.unescape(shown) == file


def test_the_first_figure_has_a_line_for_each_grade_and_amount_of_data_and_the_exchange() -> None:
    facts = made.likely()
    facts["exchange"]["raw"]["half_data"] = made.estimate(1.5, 0.1)
    page = reports.study(facts)
    hero = page[: page.index('id="curves"')]
    figure = re.findall(r'<div class="on-wide">(.*?)</div>', hero, re.DOTALL)[0]
    keys = plain(Tree(hero))
    for name in ("clean all its tokens, 2 M", "clean half of them, 1 M", "half all its tokens, 1 M"):
        assert name in keys
    assert f">half the data: ×1.50 [1.36,{NB}1.66]</text>" in figure
    assert "One core-hour on typos does what" in keys
    assert "Half of the data takes 1.50 [1.36, 1.66] times the core-hours for the same loss" in keys
    facts["controls"][0]["passed"] = False
    assert "a failed control takes it back: One core-hour on typos" in plain(Tree(reports.study(facts)))
    del facts["frontiers"]
    assert "One core-hour on typos" not in plain(Tree(reports.study(facts)))


def test_sizes_are_the_parameters_that_were_trained_and_not_those_asked_for() -> None:
    text = plain(read("likely"))
    assert "Size 324k" in text and "300k" not in text


def test_the_exchange_is_one_line_each_and_says_nothing_of_the_reference() -> None:
    text = plain(read("likely"))
    assert "0.42 [0.38, 0.46]typos at equal tokens (q): one of its tokens is worth this many of clean" in text
    assert "0.49 [0.45, 0.54]half per raw document: q times its tokens, which are 50 % of those of clean" in text
    assert "×1.62 [1.51, 1.74]doubling core-hours is worth this many times the unique data" in text
    assert "clean at equal tokens" not in text


def test_what_computing_is_worth_in_data_is_said_in_the_hours_of_the_study() -> None:
    text = plain(read("likely"))
    assert (
        "1.3 [1.0, 1.6]core-minutes are what a million further unique tokens are worth there" in text
    )  # of 0.021 [0.017, 0.026] hours
    assert "0.71 % [0.59, 0.83] %more unique data does what one per cent more core-hours does" in text
    assert "0.00 core" not in text
    assert "This ran on a CPU: machine time is core-hours, and nothing is in money." in text
    assert "gpu_hour: {price: 2.5, currency: USD} in the study file" in text and "studies plan --gpu h200" in text


def test_compute_that_no_data_makes_up_for_is_worth_more_than_the_low_end() -> None:
    facts = made.likely()
    says = "no amount of unique data at the same compute makes up for 2 times the compute"
    for exchanged in facts["exchange"].values():
        exchanged["data_for_compute"][0] = {"k": 2, "value": None, "interval": [12.4, None], "n": 120, "says": says}
    text = plain(Tree(reports.study(facts)))
    assert f"more than ×12 doubling core-hours is worth this many times the unique data. N{says[1:]}." in text


def test_the_arrow_spans_what_each_grade_needs_for_one_loss() -> None:
    assert "At equal loss and size 324k, typos needs ×2.4 [2.2, 2.6] the compute of clean." in plain(read("likely"))
    main = drawn("likely").split('id="curves"')[1].split('<figure class="main" aria-labelledby="h0-curve"')[1]
    wide = re.findall(r'<div class="on-wide">(.*?)</div>', main, re.DOTALL)[0]
    assert f">×2.4 [2.2,{NB}2.6] compute</text>" in wide
    drops = sorted(
        (float(a), float(top))
        for a, foot, b, top in re.findall(
            r'd="M ([\d.]+) ([\d.]+) L ([\d.]+) ([\d.]+) "[^>]*dasharray: [^>]*var\(--ink\)', wide
        )
        if a == b
    )
    (cheap, height), (dear, other) = drops
    assert height == other
    flops = [p["flops"] * made.PER_FLOP[p["size"]] for p in made.likely()["points"]]
    decades = math.log10(max(flops) / min(flops) * 1.12**2)
    assert 10 ** ((dear - cheap) / (12.2 * 72 - 44) * decades) == pytest.approx(1 / 0.42, rel=0.06)


def test_an_estimate_that_the_curves_contradict_is_not_written_on_them() -> None:
    facts = made.likely()
    for exchanged in facts["exchange"].values():
        exchanged["grades"]["typos"]["q"] = made.estimate(0.1, 0.05)
    text = plain(Tree(reports.study(facts)))
    assert "typos needs ×2.38 the compute of clean as these curves are drawn." in text
    assert "×10" not in text


def test_a_better_grade_turns_the_exchange_round() -> None:
    facts = made.likely()
    for exchanged in facts["exchange"].values():
        del exchanged["grades"]["typos"]
    assert "At equal loss and size 324k, clean needs ×1.31 [1.20, 1.43] the compute of half." in plain(
        Tree(reports.study(facts))
    )


def test_curves_that_reach_no_common_loss_are_not_exchanged() -> None:
    facts = made.likely()
    for curve in facts["curves"]:
        if curve["grade"] != "clean":
            curve["loss"] = [loss + 9 for loss in curve["loss"]]
    assert "No exchange is drawn: no two curves of one size" in plain(Tree(reports.study(facts)))


def test_compute_is_time_where_every_size_has_one_and_flops_elsewhere() -> None:
    assert "core-minutes, log scale" in plain(read("likely"))
    assert "GPU-hours, log scale" in plain(read("priced"))
    assert "FLOPs, log scale" in plain(read("bare"))
    facts = made.likely()
    for point in facts["points"]:
        if point["size"] == 300_000:
            point["seconds"] = None
    assert "Compute is in FLOPs: the time of some size is unknown." in plain(Tree(reports.study(facts)))


def test_a_point_stands_at_its_flops_times_the_median_speed_of_its_size() -> None:
    rows = [{"size": 7, "flops": 100.0, "seconds": s} for s in (3600.0, 7200.0, 720_000.0)]
    clock = clock_of({"cost": {"unit": "GPU-hours"}}, rows)
    assert (clock(7, 100.0), clock.unit) == (2.0, "GPU-hours")


def test_parameters_stand_in_the_order_of_trust_and_weak_ones_say_so() -> None:
    found = {name: cells for name, *cells in parameters_in(drawn("unsure"))}
    assert list(found) == ["q_half", "q_typos", "R_D", "alpha", "beta", "A", "B", "E"]
    assert found["R_D"] == ["15.4", "[6.6, ∞]", "–", "weakly identified"]
    assert found["beta"] == ["0.33", "[0.30, 0.36]", "×1.17", "usable"]
    assert found["q_typos"] == ["0.42", "unknown", "–", "not judged"]
    assert "Weakly identified: R_D, alpha, E. These data allow values that differ by more than four times" in plain(
        read("unsure")
    )


def test_a_parameter_whose_interval_spans_powers_of_ten_is_not_called_usable() -> None:
    facts = made.likely()
    law = facts["laws"]["raw"][0]
    law["parameters"] |= {"A": 101_882_382.3, "B": 6.2, "alpha": 1.9}
    law["intervals"] |= {"A": [0.00295, 1.1078e15], "B": [3.1, 12.4], "alpha": [0.1, 3.0]}
    law["least_squares"], law["profiles"] = {"A": 2.0e9}, {"alpha": [1.0, 3.0]}
    page = reports.study(facts)
    rows = {row[0]: row[1:] for row in parameters_in(page)}
    assert rows["A"] == ["1.02 × 10⁸", "[0.00295, 1.11 × 10¹⁵]", "2.00 × 10⁹", "×3.76 × 10¹⁷", "not judged"]
    assert rows["B"][-2:] == ["×4", "usable"]
    assert rows["alpha"][-2:] == ["×3", "usable"]
    assert "Not judged: A. The interval is unknown or spans more than four times" in plain(Tree(page))


def test_a_law_that_does_not_fit_says_so() -> None:
    assert (
        "Lack of fit: the law misses by more than chance does (F = 6.1 with 20 and 30 degrees of freedom, p = 1.00 × 10⁻⁵)"
        in plain(read("unsure"))
    )
    assert "Lack of fit: none found beyond chance (F = 1.12" in plain(read("likely"))
    assert "No law was fitted." in plain(read("bare"))


def test_a_law_that_does_not_fit_says_where_and_whether_its_slope_is_wrong() -> None:
    rows = [(1e5, 1e5, 0.0), (1e5, 2e5, 0.0), (3e5, 1e5, -0.04), (3e5, 1e5, -0.02), (3e5, 2e5, 0.02), (3e5, 2e5, 0.02)]
    points = [{"grade": "clean", "parameters": n, "tokens": d, "unique": d} for n, d, _ in rows]
    law = {"residuals": [{"point": i, "residual": r} for i, (_, _, r) in enumerate(rows)], "repeat_sd": 0.01}
    at = {"reference": "clean", "operating_point": {"parameters": 3e5, "tokens": 2e5, "unique": 2e5}}
    told = [line.replace(NB, " ") for line in misses(law | {"lack_of_fit": {"rejected": True}}, points, at)]
    assert told[:2] == [
        "It misses most of clean at size 300k after 100 k tokens: measured loss is 3 % below the law.",
        "At the operating point it is 2 % above it.",
    ]
    assert told[2].startswith("The largest size falls less steeply with tokens than the law")
    assert len(misses(law | {"lack_of_fit": {"rejected": True}, "repeat_sd": 0.03}, points, at)) == 2, (
        "no more than seeds do"
    )
    assert misses(law | {"lack_of_fit": {"rejected": False}}, points, at) == []


def test_notes_stand_on_the_page_and_a_missing_verdict_says_why() -> None:
    assert "No verdict: no law can be fitted: law power: needs 3 different amounts of compute." in plain(read("bare"))
    assert "Notes on this study scaling.yaml.sizes: 1 of them; a law needs 3 at least, better 5" in plain(read("bare"))
    assert "Notes on this study" not in plain(read("likely"))


def test_a_failed_control_is_told_before_any_verdict() -> None:
    text = plain(read("unsure"))
    assert text.index("A control failed: A/A, raw. Take no verdict on raw text before") < text.index("UNDECIDED")
    assert "FAILEDA/A, raw 1.3 [1.1, 1.5]" in text.replace(" FAILED", "FAILED")
    assert "A control failed" not in plain(read("likely"))


def test_what_is_unknown_is_said_and_never_nought() -> None:
    text = plain(read("bare"))
    for sentence in (
        "There is one grade.",
        "Repeats were not run.",
        "No control was run.",
        "Exposure is unknown.",
        "no price was given",
        "Unknown, which is not zero: hours, flops, price.",
        "Nothing is said.",
        "No verdict: no law can be fitted: law power: needs 3 different amounts of compute.",
    ):
        assert sentence in text
    unsure = plain(read("unsure"))
    assert "unknown typos at equal tokens" in unsure
    assert "no run repeats its tokens" in unsure
    assert "Difference within [−0.010, 0.020] bits per byte" in unsure


def test_money_is_said_only_where_an_hour_has_a_price() -> None:
    assert "money1.05 USD2.5 USD an hour" in plain(read("priced"))
    assert "moneyunknownno price was given" in plain(read("likely"))
    worth = (
        "At 2.5 USD a GPU-hour a million further unique tokens are worth 0.053 [0.043, 0.065] USD on raw, and no more."
    )
    assert worth in plain(read("priced"))
    facts = made.priced()
    facts["cost"]["price"] = None
    assert "Nothing here is in money, for no price was given. Write gpu_hour:" in plain(Tree(reports.study(facts)))


def test_time_saved_is_said_in_the_unit_that_suits_it() -> None:
    assert "GPU-minutes saved" in plain(read("priced"))
    assert "1.9 [1.5, 2.3]" in plain(read("priced"))
    assert (
        "saved"
        not in plain(read("likely"))[: plain(read("likely")).index("What it cost", 2000)].split(
            "What each grade is worth"
        )[-1]
    )


def test_a_grade_is_measured_by_the_text_that_the_reference_makes_of_the_same_documents() -> None:
    facts = made.likely()
    for name, share in (("clean", 0.8), ("half", 0.6), ("typos", 0.8)):
        facts["data"]["grades"][name]["token_yield"] = share
    text = plain(Tree(reports.study(facts)))
    assert "half per raw document: q times its tokens, which are 75 % of those of clean" in text
    assert "typos per raw document" not in text


def test_repeats_name_the_epochs_up_to_which_they_do_no_harm() -> None:
    assert "Up to 4 epochs, no interval is wholly above 0" in plain(read("likely"))
    facts = made.likely()
    for row in facts["repeats"]:
        row["interval"] = [0.001, 0.2]
    assert "Repeating costs from the first repetition on" in plain(Tree(reports.study(facts)))


def test_every_point_is_in_the_table_that_can_be_downloaded() -> None:
    facts = made.likely()
    rows = list(csv.DictReader(io.StringIO(sheet(read("likely")))))
    assert len(rows) == len(facts["points"]) == 240
    for row, point in zip(rows, facts["points"], strict=True):
        assert {name: str(value) for name, value in point.items()} == row


def test_what_else_was_measured_at_a_point_is_in_the_table_too() -> None:
    measured = {"fid": {"value": 20.5, "interval": [17.0, 23.0], "n": 9}, "kid": {"value": None, "interval": None}}
    rows = [p | {"measures": measured, "best": 19.0} for p in made.points(["all"], seeds=1)]
    [first, *_] = csv.DictReader(io.StringIO(sheet(Tree(reports.study(made.bare() | {"points": rows})))))
    assert [first[name] for name in ("best", "fid", "fid_low", "fid_high", "kid")] == [
        "19.0",
        "20.5",
        "17.0",
        "23.0",
        "",
    ]
    assert "measures" not in first


def test_hostile_and_chinese_names_survive_in_the_table_as_they_came() -> None:
    grades = {row["grade"] for row in csv.DictReader(io.StringIO(sheet(read("hostile"))))}
    assert {made.NASTY[0], made.NASTY[3].replace("\r", "\n"), "名" * 300, "干净的中文语料"} <= grades | {
        g.replace("\r", "\n") for g in grades
    }


def test_a_table_too_large_for_the_page_is_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(points, "CSV_BYTES", 1000)
    tree = Tree(reports.study(made.bare() | {"points": made.points(["all"], seeds=1)}))
    assert "too large to be carried by this page: all of it is in points.csv beside it." in plain(tree)
    assert not [a for a in tree.all("a") if "download" in a]


def test_where_there_are_too_many_marks_seeds_are_drawn_as_their_mean() -> None:
    text = plain(read("immense"))
    assert "135 marks stand for 270 points: runs that differ by their seed are drawn as their mean." in text
    assert "Drawn are the sizes 32.4k, 518k, 16.6M, of 10: more lines could not be told apart." in text
    assert "marks stand for" not in plain(read("likely"))
    assert "Drawn are the sizes" not in plain(read("likely"))
    marks, total, shown = marks_of(
        [{"grade": "g", "arm": "main", "size": 1, "flops": 10.0, "loss": loss} for loss in (1.0, 3.0)],
        {"g": looks(1)[0]}, Clock("FLOPs", False, {}), 1,
    )  # fmt: skip
    assert (total, shown, marks[0].y.tolist()) == (2, 1, [2.0])


def test_no_two_grades_are_drawn_alike_and_none_by_colour_alone() -> None:
    first = looks(35)
    assert len({(look.marker, look.dash) for look in first}) == 35


@pytest.mark.parametrize(
    "gone",
    [
        "laws",
        "exchange",
        "curves",
        "frontiers",
        "controls",
        "exposure",
        "repeats",
        "cost",
        "not_claimed",
        "run",
        "data",
        "points",
        "study",
        "sentence",
        "name",
    ],
)
def test_any_part_of_the_facts_may_be_missing_or_null(gone: str) -> None:
    facts = made.bare() if gone != "exchange" else made.likely()
    facts["points"] = facts["points"][:20]
    facts["laws"] = {}
    for missing in ({**facts, gone: None}, {k: v for k, v in facts.items() if k != gone}):
        assert Tree(reports.study(missing)).open == []


def test_what_models_wrote_stands_beside_what_people_wrote_and_is_escaped() -> None:
    page = reports.study(made.likely())
    section = page[page.index('id="generated"') : page.index('id="controls"')]
    assert section.count("<svg") >= 4 + 3 and "he said that the typos one was 他 here" in section
    assert "people" in section and "sacrebleu is not installed" in section
    hostile = reports.study(made.hostile())
    assert "<script>alert(1)" not in hostile[hostile.index('id="generated"') :]
    bare = reports.study(made.bare())
    assert "Nothing was written." in bare
    facts = made.likely()
    facts["generated"]["examples"] = []
    assert "run with --no-examples" in reports.study(facts)


def test_a_run_that_was_stopped_early_has_the_size_it_came_to_as_everywhere_else() -> None:
    facts = made.labelled()
    [stopped] = facts["stopped"]
    came = {p["parameters"] for p in facts["points"] if p["size"] == stopped["size"]}
    assert {row["size"] for row in counted(facts)["stopped"]} == came != {stopped["size"]}
