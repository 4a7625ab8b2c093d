//! The page as text: the manifest's counts, nothing of the config as markup, nothing small on a page
//! for sharing, contrast, size. A browser looks at it in `tests/report.rs`.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::manifest::{CodeCount, DeltaRecord, PreviousRelease, RegisterAge};
use crate::outputs::tests::fixture::predicate;
use crate::platforms;
use crate::policy::reason::Reason;

fn manifest(change: impl FnOnce(&mut Predicate)) -> Manifest {
    let mut predicate = predicate(&["meta", "linkedin"]);
    change(&mut predicate);
    Manifest::new(Vec::new(), predicate)
}

fn page(manifest: &Manifest, language: Language, public: bool) -> String {
    report_with(manifest, ReportOptions { language, public })
}

/// Forty audiences with every reason, long names, several platforms.
fn forty() -> Manifest {
    manifest(|record| {
        let mut audience = record.audiences[0].clone();
        audience.platforms[0].reasons = Reason::ALL
            .iter()
            .map(|reason| crate::manifest::ReasonCount {
                code: reason.code().to_owned(),
                primary: 1_234_567,
                holds: 2_345_678,
                alone: 1_000_001,
            })
            .collect();
        let mut other = audience.platforms[0].clone();
        "linkedin".clone_into(&mut other.name);
        other.reasons.iter_mut().for_each(|reason| reason.primary += 1);
        let mut third = other.clone();
        "google-ads".clone_into(&mut third.name);
        audience.platforms = vec![audience.platforms[0].clone(), other, third];
        record.audiences = (0..40)
            .map(|at| {
                let mut audience = audience.clone();
                audience.name = format!("an-audience-with-a-rather-long-name-of-its-own-{at}");
                audience
            })
            .collect();
    })
}

#[test]
fn forty_audiences_fit_and_are_all_there() {
    for language in Language::ALL {
        let page = page(&forty(), language, false);
        assert!(page.len() < 300_000, "{} bytes", page.len());
        for at in 0..40 {
            assert!(page.contains(&format!("id=a{at}>")) && page.contains(&format!("id=r{at}c>")), "{at}");
        }
    }
}

#[test]
fn a_page_without_room_for_pictures_says_so_and_leaves_out_the_bars_first() {
    let full = page(&forty(), Language::English, false);
    assert!(!full.contains("<figure>") && full.contains("too many audiences"));
    let mut fewer = forty();
    fewer.predicate.audiences.iter_mut().for_each(|audience| {
        audience.platforms.iter_mut().for_each(|platform| platform.reasons.truncate(3));
    });
    let fewer = page(&fewer, Language::English, false);
    assert_eq!(fewer.matches("<figure>").count(), 120, "{}", fewer.len());
    // Between the two the bars go first: how the rows flow is told before how large each share is.
    let course = |reasons: usize| {
        let mut some = forty();
        some.predicate.audiences.iter_mut().for_each(|audience| {
            audience.platforms.iter_mut().for_each(|platform| platform.reasons.truncate(reasons));
        });
        let page = page(&some, Language::English, false);
        assert!(page.len() < 300_000, "{reasons}: {}", page.len());
        (page.contains("<td class=b"), page.contains("<figure>"))
    };
    let mut courses: Vec<_> = (3..=Reason::ALL.len()).map(course).collect();
    courses.dedup();
    assert_eq!(courses, [(true, true), (false, true), (false, false)]);
}

/// What a page may hold at all: no script, no address, no form, and only markup of its own.
#[test]
fn the_page_asks_for_nothing_and_runs_nothing() {
    for public in [false, true] {
        let page = page(&forty(), Language::Finnish, public);
        for no in
            ["<script", "http://", "https://", "<iframe", "<form", "@import", "url(", " on", "javascript:"]
        {
            let found = page.match_indices(no).find(|(at, _)| no != " on" || page[*at..].starts_with(" onc"));
            assert!(found.is_none(), "{no}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn hostile_names_are_shown_harmless() {
    const HOSTILE: &str = "<img src=x onerror=alert(1)>\u{202e}&\"'\u{0}\n</title></style><script>";
    let hostile = manifest(|record| {
        let set = |text: &mut String| HOSTILE.clone_into(text);
        set(&mut record.controller.name);
        record.controller.instruction = Some(HOSTILE.to_owned());
        set(&mut record.release.name);
        record.release.previous =
            Some(PreviousRelease { name: HOSTILE.to_owned(), manifest_sha256: record.config_sha256 });
        record.keys.signing = Some(HOSTILE.to_owned());
        set(&mut record.tool.version);
        set(&mut record.sources[0].name);
        set(&mut record.sources[0].identifiers[0].column);
        set(&mut record.sources[0].identifiers[0].rejected[0].code);
        set(&mut record.sources[0].unreadable[0].code);
        set(&mut record.registers[0].name);
        set(&mut record.bases[0].notice_id);
        set(&mut record.bases[0].notice_version);
        record.bases[0].assessment = Some(HOSTILE.to_owned());
        record.bases[0].countries = vec![HOSTILE.to_owned()];
        record.audiences[0].selection = Some(HOSTILE.to_owned());
        set(&mut record.audiences[0].name);
        set(&mut record.audiences[0].party);
        set(&mut record.audiences[0].platforms[0].name);
        record.audiences[0].platforms[0].delta = Some(DeltaRecord {
            against: HOSTILE.to_owned(),
            live: 5,
            added: 1,
            kept: 2,
            removed: 3,
            owed: 0,
            widened: 0,
            resent: 0,
        });
        set(&mut record.policy.time_zone);
        set(&mut record.warnings[0].code);
        record.measures = vec![HOSTILE.to_owned()];
    });
    for public in [false, true] {
        let page = page(&hostile, Language::English, public);
        assert!(!page.contains("<img") && !page.contains("<script") && !page.contains('\u{202e}'));
        assert_eq!(page.matches("</title>").count(), 1);
        assert_eq!(page.matches("</style>").count(), 1);
        let shown =
            "&lt;img src=x onerror=alert(1)&gt;[U+202E]&amp;&quot;&#39;[U+0000][U+000A]&lt;/title&gt;";
        assert!(
            page.matches(shown).count() > if public { 14 } else { 18 },
            "{}",
            page.matches(shown).count()
        );
    }
}

#[test]
fn sections_about_changes_stand_only_where_the_manifest_has_them() {
    let without = page(&manifest(|_| ()), Language::English, false);
    assert!(!without.contains("id=changes") && !without.contains("#changes"));
    let with = manifest(|record| {
        record.audiences[0].platforms[0].delta = Some(DeltaRecord {
            against: "2026-11-20T02-00-00Z".to_owned(),
            added: 71,
            kept: 72,
            removed: 73,
            live: 145,
            owed: 0,
            widened: 0,
            resent: 0,
        });
    });
    let with = page(&with, Language::English, false);
    assert!(with.contains("id=changes") && with.contains("<td>145<td>71<td>72<td>73<td>0"), "{with}");
}

/// Latency, what is overdue, and what of them is told to everyone.
#[test]
fn what_is_live_and_how_long_objections_took_is_told() {
    let latency = |measured| crate::manifest::LatencyRecord {
        measured,
        median_seconds: 3_600,
        p95_seconds: 90_000,
        max_seconds: 200_000,
    };
    let with = |measured| {
        manifest(|record| {
            record.state = Some(crate::manifest::StateRecord {
                id: "00".repeat(16),
                generation: 3,
                to_release: Some(latency(measured)),
                to_upload: None,
                overdue: CodeCount::list([("removals-overdue", 2)]),
            });
            record.warnings = CodeCount::list([("unsigned", 1)]);
        })
    };
    let exact = page(&with(12), Language::English, false).replace('\u{a0}', " ");
    for part in ["id=changes", "<td>12<td>1 h<td>1 d 1 h<td>2 d 7 h", "Overdue: removals-overdue"] {
        assert!(exact.contains(part), "{part}: {exact}");
    }
    assert!(exact.find("removals-overdue") < exact.find(": unsigned"), "what is overdue stands first");
    let public = page(&with(12), Language::English, true).replace('\u{a0}', " ");
    assert!(public.contains("<td>10<td>1 h<td>1 d 1 h<td>not told"), "{public}");
    let few = page(&with(9), Language::English, true).replace('\u{a0}', " ");
    assert!(few.contains("<td>&lt;10<td>not told<td>not told<td>not told"), "{few}");
}

/// What is live stays or goes: a total and one part would tell the other.
#[test]
fn no_total_of_a_delta_gives_a_hidden_part_away() {
    for (added, kept, removed) in [(50, 400, 3), (3, 400, 50), (50, 3, 400), (0, 0, 0), (30, 40, 50)] {
        let with = manifest(|record| {
            record.audiences[0].platforms[0].delta = Some(DeltaRecord {
                against: "x".to_owned(),
                live: kept + removed,
                added,
                kept,
                removed,
                owed: removed,
                widened: 0,
                resent: 0,
            });
        });
        let page = page(&with, Language::English, true);
        let row =
            page.split("id=d0>").nth(1).and_then(|table| table.split("<tbody>").nth(1)).expect("a table");
        let cells: Vec<&str> = row.split('\n').next().expect("a row").split("<td>").skip(1).take(5).collect();
        let [live, _, stays, goes, _] = cells[..] else { panic!("{row}") };
        let told = |cell: &str| cell.parse::<u64>().is_ok();
        assert!(!told(live) || (told(stays) && told(goes)), "{added} {kept} {removed}: {row}");
    }
}

fn earlier(count: u64) -> Vec<Manifest> {
    (0..count)
        .map(|at| {
            manifest(|record| {
                record.release.name = format!("release-{at:02}");
                for platform in &mut record.audiences[0].platforms {
                    platform.people.eligible = 1_000 + at * 10;
                    platform.rows.eligible = 1_000 + at * 10;
                }
            })
        })
        .collect()
}

#[test]
fn the_course_of_releases_is_a_picture_with_its_numbers_behind() {
    let now = manifest(|_| ());
    let alone = report_after(&now, &[], ReportOptions::default());
    assert!(!alone.contains("id=history") && alone == report(&now));
    for language in Language::ALL {
        let page = report_after(&now, &earlier(29), ReportOptions { language, public: false });
        assert!(page.contains("id=history") && page.contains("<td class=h aria-hidden=true><svg"), "{page}");
        for at in 0..29 {
            let name = format!("release-{at:02}");
            assert_eq!(page.matches(&name).count(), 2, "read, and its numbers: {name}");
            let number = language.number(1_000 + at * 10);
            assert!(page.contains(&format!("<th>{name}<td>{number}<td>{number}")), "{name}: {page}");
        }
        assert!(page.len() < 300_000);
    }
    let forty_and_thirty = report_after(&forty(), &vec![forty(); 29], ReportOptions::default());
    assert!(forty_and_thirty.len() < 300_000, "{}", forty_and_thirty.len());
    assert!(forty_and_thirty.contains("id=h0>"), "numbers stay where pictures have no room");
}

#[test]
fn a_course_for_sharing_tells_no_small_number() {
    let mut past = earlier(3);
    for platform in &mut past[1].predicate.audiences[0].platforms {
        platform.people.eligible = 7;
        platform.rows.eligible = 7;
    }
    let page =
        report_after(&manifest(|_| ()), &past, ReportOptions { public: true, ..ReportOptions::default() });
    let part =
        page.split("id=history").nth(1).and_then(|part| part.split("</section>").next()).expect("is there");
    for number in numbers(part) {
        assert!(number % 10 == 0 || number < 6, "{number} of {part}");
    }
    assert!(part.contains("<td>&lt;10"), "{part}");
    assert!(!part.contains(">7<"), "{part}");
}

/// Each case changes the record and names what the verdict must say.
#[test]
fn the_verdict_is_one_line() {
    type Change = fn(&mut Predicate);
    let cases: &[(&str, Change)] = &[
        ("no audience has a file", |_| ()),
        ("do not upload", |record| record.release.replay = true),
        ("Removals only", |record| record.release.outcome = Outcome::RemovalsOnly),
        ("the audience has its files", |record| {
            record.audiences[0].platforms[0].files.push(crate::manifest::UploadFile {
                name: "full.csv".to_owned(),
                kind: crate::manifest::UploadKind::Full,
                part: 1,
                parts: 1,
                rows: 4,
                bytes: 5,
            });
        }),
    ];
    for (words, change) in cases {
        let page = page(&manifest(*change), Language::English, false);
        let verdict = page.split("<p class=\"v ").nth(1).and_then(|rest| rest.split("</p>").next());
        assert!(verdict.is_some_and(|verdict| verdict.contains(words)), "{words}: {verdict:?}");
    }
}

#[test]
fn warnings_stand_in_order_of_weight_and_guards_first() {
    let all = manifest(|record| {
        record.warnings =
            CodeCount::list([("unsigned", 1), ("audience-withheld", 1), ("rows-unreadable", 2)]);
        record.release.refusals = CodeCount::list([("register-stale", 1)]);
    });
    let page = page(&all, Language::English, false);
    let places = ["register-stale", "audience-withheld", "rows-unreadable", "unsigned"]
        .map(|code| page.find(&format!(": {code}</small>")).unwrap_or_else(|| panic!("{code}")));
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn a_warning_says_where_it_holds_and_not_to_everyone() {
    let all = manifest(|record| {
        record.warnings = CodeCount::list([
            ("audience-withheld", 5),
            ("under-platform-minimum", 1),
            ("register-age-unchecked", 1),
            ("recipient-undeclared", 2),
        ]);
        record.release.refusals = CodeCount::list([("register-stale", 1)]);
        "late-list".clone_into(&mut record.registers[0].name);
        record.registers[0].broken = CodeCount::list([("register-stale", 1)]);
        record.registers[0].age = RegisterAge::Unchecked;
        // An age that is read and held against nothing is not checked either.
        let mut open = record.registers[0].clone();
        "open-list".clone_into(&mut open.name);
        open.broken.clear();
        open.max_age_seconds = None;
        open.age = RegisterAge::Known { moment: record.release.as_of, seconds: 7 };
        record.registers.push(open);
        let mut audience = record.audiences[0].clone();
        audience.withheld = true;
        audience.platforms[0].under_platform_minimum = None;
        for at in 1..=5 {
            audience.name = format!("small-{at}");
            record.audiences.push(audience.clone());
        }
    });
    let told = |page: &str| {
        page.split("id=warnings").nth(1).map(|rest| rest.split("</table>").next().map(str::to_owned))
    };
    let exact = told(&page(&all, Language::English, false)).flatten().expect("a table");
    let public = told(&page(&all, Language::English, true)).flatten().expect("a table");
    for place in ["late-list", "open-list</small>", "small-1, small-2, small-3 +2", "LinkedIn, Meta"] {
        assert!(exact.contains(place), "{place}: {exact}");
        assert!(!public.contains(place), "{place}");
    }
}

/// A release that is as it should be is not green while a promise made before it is not kept.
#[test]
fn the_verdict_is_not_green_while_anything_is_overdue() {
    let with = |codes: &[&'static str], audiences: usize| {
        manifest(|record| {
            record.audiences[0].platforms[0].files.push(crate::manifest::UploadFile {
                name: "full.csv".to_owned(),
                kind: crate::manifest::UploadKind::Full,
                part: 1,
                parts: 1,
                rows: 4,
                bytes: 5,
            });
            record.audiences = vec![record.audiences[0].clone(); audiences];
            record.state = Some(crate::manifest::StateRecord {
                id: "00".repeat(16),
                generation: 3,
                to_release: None,
                to_upload: None,
                overdue: CodeCount::list(codes.iter().map(|code| (*code, 1))),
            });
        })
    };
    let verdict = |manifest: &Manifest, language, public| {
        let page = page(manifest, language, public);
        page.split("<p class=\"v ").nth(1).and_then(|rest| rest.split("</p>").next()).map(str::to_owned)
    };
    let late = ["Published, and something is overdue", "jotakin on myöhässä", "något är försenat"];
    for (language, late) in Language::ALL.into_iter().zip(late) {
        for public in [false, true] {
            for audiences in [1, 2] {
                let green = verdict(&with(&[], audiences), language, public).expect("a verdict");
                assert!(green.starts_with("go\">") && !green.contains(late), "{green}");
                for code in ["removal-unacknowledged", "objection-late", "requests-overdue"] {
                    let amber = verdict(&with(&[code], audiences), language, public).expect("a verdict");
                    assert!(amber.starts_with("warn\">") && amber.contains(late), "{code}: {amber}");
                }
            }
        }
    }
    // A guard or a replay weighs more, and keeps its own words and colour.
    let mut stopped = with(&["objection-late"], 1);
    stopped.predicate.release.outcome = Outcome::RemovalsOnly;
    let red = verdict(&stopped, Language::English, false).expect("a verdict");
    assert!(red.starts_with("bad\">Removals only"), "{red}");
}

/// What comes next stands below the verdict, and not on a page whose reader has nothing to upload.
#[test]
fn the_next_step_stands_below_the_verdict() {
    let page_of = |change: fn(&mut Predicate), public| page(&manifest(change), Language::English, public);
    assert!(page_of(|_| (), false).contains("<p>Next: the notes and the reasons"));
    assert!(
        page_of(|record| record.release.outcome = Outcome::RemovalsOnly, false).contains(
            "<p>Next: upload the remove files as UPLOAD.md says, mend what is marked “Guard” below"
        )
    );
    assert!(!page_of(|record| record.release.replay = true, false).contains("Next:"));
    assert!(!page_of(|_| (), true).contains("Next:"));
}

#[test]
fn recipients_and_dates_of_deletion_are_told() {
    let declared = manifest(|record| {
        record.recipients = vec![crate::manifest::RecipientRecord {
            platform: "meta".to_owned(),
            legal_entity: "Example Platforms Ltd".to_owned(),
            arrangement: "JCA-2026-1".to_owned(),
            transfer: "DPF".to_owned(),
            dpia: "DPIA-2026-2".to_owned(),
            terms: "CAT-2025".to_owned(),
            terms_accepted: Some("2026-01-15".to_owned()),
            valid_until: Some("2026-11-01".to_owned()),
        }];
    });
    let page = page(&declared, Language::English, false);
    for part in [
        "Example Platforms Ltd",
        "JCA-2026-1; DPF",
        "impact assessment DPIA-2026-2",
        "accepted 2026-01-15",
        "2026-11-01",
        "Full files are kept until",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

/// A code that a build can write into a manifest, and for which there are no words, would stand there bare.
#[test]
fn every_code_of_a_build_has_words() {
    let record = include_str!("../../commands/build/record.rs");
    let list = record.split("(\"recipient-undeclared\"").nth(1).and_then(|rest| rest.split(']').next());
    let warnings: Vec<&str> = list
        .expect("the list of warnings")
        .split("(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .chain(["recipient-undeclared"])
        .collect();
    assert!(warnings.len() > 10, "{warnings:?}");
    let guards = crate::pipeline::contract::Broken::ALL.map(crate::pipeline::contract::Broken::code);
    for code in guards.into_iter().chain(warnings).chain([
        "identity-codes-in-column",
        "too-many-unreadable-rows",
        "removal-unacknowledged",
        "objection-late",
        "requests-overdue",
        "audience-swing",
        "audience-expired",
        "audience-closed",
        "audience-dropped",
        "all-withheld",
    ]) {
        for language in Language::ALL {
            assert!(language.notice(code).is_some(), "{code} has no words");
        }
    }
    let fixed = record.split("const MEASURES").nth(1).and_then(|rest| rest.split(';').nth(1));
    let asked = record.split("let asked = [").nth(1).and_then(|rest| rest.split("];").next());
    let measures: Vec<&str> = [fixed.expect("the list of safeguards"), asked.expect("those of the config")]
        .into_iter()
        .flat_map(|list| list.split('"').skip(1).step_by(2))
        .collect();
    assert_eq!(measures.len(), 11, "{measures:?}");
    for (measure, language) in measures.iter().flat_map(|one| Language::ALL.map(|language| (one, language))) {
        assert_ne!(language.word(measure), *measure, "{measure} has no words");
    }
}

/// A release of removals only is no release of nothing: what is to be removed stands at a glance, and
/// not on a page for sharing, where a single objection would show.
#[test]
fn rows_to_remove_stand_beside_the_platform() {
    let all = manifest(|record| {
        record.release.outcome = Outcome::RemovalsOnly;
        record.audiences[0].platforms[0].files = vec![crate::manifest::UploadFile {
            name: "remove.csv".to_owned(),
            kind: crate::manifest::UploadKind::Remove,
            part: 1,
            parts: 1,
            rows: 1_234,
            bytes: 5,
        }];
    });
    let exact = page(&all, Language::English, false);
    assert!(exact.contains("rows to remove: 1,234</small>"));
    assert!(!page(&all, Language::English, true).contains("rows to remove"));
    assert!(page(&all, Language::Finnish, false).contains("poistettavia rivejä: 1\u{a0}234</small>"));
}

#[test]
fn an_expired_basis_and_an_old_register_are_told() {
    let old = manifest(|record| {
        record.bases[0].valid_until = Some("2026-11-20".to_owned());
        record.registers[0].broken = CodeCount::list([("register-stale", 1)]);
        record.registers[0].change = Some(-40);
        if let RegisterAge::Known { seconds, .. } = &mut record.registers[0].age {
            *seconds = 200_000;
        }
    });
    let page = page(&old, Language::English, false).replace('\u{a0}', " ");
    for part in [
        "expired",
        "2 d 7 h",
        "\u{2212}40",
        "broken: A register is older",
        "at most 1 d 12 h old",
        "shrinks at most 2%",
    ] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn a_waiver_is_told_and_its_free_text_not_to_everyone() {
    let waived = manifest(|record| {
        record.waivers = vec![crate::manifest::WaiverRecord {
            id: "opt-outs/register-shrunken/2026-11-21".to_owned(),
            register: "opt-outs".to_owned(),
            code: "register-shrunken".to_owned(),
            reason: "purged after ten years".to_owned(),
            by: "Data Protection Officer".to_owned(),
            date: "2026-11-21".to_owned(),
            valid_until: "2026-11-23".to_owned(),
        }];
    });
    let (exact, public) = (page(&waived, Language::English, false), page(&waived, Language::English, true));
    for page in [&exact, &public] {
        for part in ["opt-outs/register-shrunken", "Data Protection Officer", "2026-11-21 – 2026-11-23"] {
            assert!(page.contains(part), "{part}");
        }
    }
    assert!(exact.contains("purged after ten years") && !public.contains("purged"));
    let summary = crate::outputs::guide::summary(&waived);
    assert!(
        summary.contains("## Waivers\n\n- `register-shrunken` let through once for register opt-outs"),
        "{summary}"
    );
    assert!(!summary.contains("purged"), "{summary}");
}

/// Every text of one language stands where another's stands: same tables, same anchors.
#[test]
fn the_languages_differ_in_words_only() {
    let skeleton = |page: &str| {
        page.split('<')
            .map(|piece| piece.split([' ', '>']).next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let english = page(&forty(), Language::English, false);
    for language in [Language::Finnish, Language::Swedish] {
        let other = page(&forty(), language, false);
        assert_eq!(skeleton(&english), skeleton(&other));
        assert!(other.contains(&format!("<html lang={}>", language.code())));
        for word in ["Left out", "Eligible", "What to do", "Legal bases", "How to verify"] {
            assert!(!other.contains(word), "{word}");
        }
    }
}

/// Numbers in cells of tables.
fn numbers(page: &str) -> Vec<u64> {
    page.split("<td>")
        .skip(1)
        .filter_map(|cell| cell.split(['<', '\n']).next()?.replace(',', "").parse().ok())
        .collect()
}

proptest! {
    /// Nobody can be told from nobody: counts under ten, none among them, give one page for sharing;
    /// and every number on it is a multiple of ten but for files and contracts.
    #[test]
    fn a_page_for_sharing_is_the_same_for_all_small_counts(small in prop::collection::vec(0_u64..10, 12)) {
        let with = |small: &[u64]| manifest(|record| {
            let audience = &mut record.audiences[0];
            for platform in &mut audience.platforms {
                platform.rows.suppressed = small[0];
                platform.rows.not_selected = 0;
                platform.rows.unreadable = small[1];
                platform.people.suppressed = small[0];
                platform.reasons[0].primary = small[2];
                platform.reasons[0].holds = small[3];
                platform.reasons[0].alone = small[4];
                if small[5] == 0 {
                    platform.reasons.remove(3);
                }
            }
            record.registers[0].objections = small[6];
            record.registers[0].change = Some(small[7].cast_signed() - 5);
            record.registers[0].people_named = small[8];
            record.sources[0].identifiers[0].rejected = CodeCount::list([("letters", small[9])]);
            record.sources[0].unreadable = CodeCount::list([("short-row", small[10])]);
            record.shared_identifiers = Vec::new();
            record.bases[0].people = small[11];
        });
        let first = page(&with(&[0; 12]), Language::English, true);
        let other = page(&with(&small), Language::English, true);
        prop_assert_eq!(&first, &other);
        prop_assert!(first.contains("&lt;10"));
        let odd: Vec<u64> = numbers(&first).into_iter().filter(|number| number % 10 != 0 && *number != 1).collect();
        prop_assert!(odd.is_empty(), "{odd:?}");
    }
}

/// A colour's relative luminance as WCAG 2 has it.
fn luminance(colour: &str) -> f64 {
    let digits: Vec<u32> = colour.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let channels: Vec<u32> = match digits.len() {
        3 => digits.iter().map(|digit| digit * 17).collect(),
        _ => digits.chunks(2).map(|pair| pair[0] * 16 + pair[1]).collect(),
    };
    let linear = |channel: u32| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(channels[0]) + 0.7152 * linear(channels[1]) + 0.0722 * linear(channels[2])
}

fn contrast(left: &str, right: &str) -> f64 {
    let (left, right) = (luminance(left), luminance(right));
    (left.max(right) + 0.05) / (left.min(right) + 0.05)
}

#[test]
fn letters_and_pictures_stand_out_in_every_theme() {
    assert!((contrast("#fff", "#000") - 21.0).abs() < 0.01);
    let mut themes = 0;
    for theme in STYLE.split(":root{").skip(1) {
        let theme = theme.split('}').next().expect("a rule ends");
        let colours: BTreeMap<&str, &str> =
            theme.split(';').filter_map(|line| line.split_once(':')).collect();
        themes += 1;
        for ground in ["--bg", "--tint"] {
            for letters in ["--ink", "--soft", "--link"] {
                let found = contrast(colours[letters], colours[ground]);
                assert!(found >= 4.5, "theme {themes}: {letters} on {ground} is {found:.2}");
            }
        }
        for ground in ["--good-tint", "--warn-tint", "--bad-tint"] {
            assert!(contrast(colours["--ink"], colours[ground]) >= 4.5, "theme {themes}: {ground}");
        }
        for shape in ["--go", "--out", "--rest", "--bad"] {
            let found = contrast(colours[shape], colours["--bg"]);
            assert!(found >= 3.0, "theme {themes}: {shape} is {found:.2}");
        }
    }
    assert_eq!(themes, 3, "light, dark and print");
}

#[test]
fn every_platform_has_its_name() {
    let names: Vec<&str> = platforms::ALL
        .iter()
        .filter(|platform| platform.is_uploadable())
        .map(|platform| platform.name)
        .collect();
    let all = Manifest::new(Vec::new(), predicate(&names));
    let page = page(&all, Language::Swedish, false);
    for platform in platforms::ALL.iter().filter(|platform| platform.is_uploadable()) {
        let name = platform.title.split(" (").next().unwrap_or_default();
        assert!(page.contains(name), "{}", platform.name);
    }
}
