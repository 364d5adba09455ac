use super::*;

fn version(text: &str) -> Version {
    parse(text).unwrap()
}

fn need(text: &str) -> Need {
    Need { version: version(text), same_shape: false, since: None }
}

fn offer(text: &str) -> Offer {
    Offer { version: version(text), baseline: None }
}

fn verdict(need: &Need, offer: &Offer) -> &'static str {
    compatible(need, offer).err().map_or("yes", |mismatch| mismatch.reason())
}

#[test]
fn versions_that_are_not_strict_are_refused() {
    let malformed = [
        "",
        "1",
        "1.2",
        "v1.2.3",
        "01.2.3",
        "1.02.3",
        "1.2.03",
        "1.2.3.4",
        "1.3.x",
        "1.2.*",
        " 1.2.3",
        "1.2.3 ",
        "1.2.3\n",
        "1.2.3-",
        "1.2.3+",
        "1.2.3-01",
        "1.2.3-a..b",
        "=1.2.3",
        "^1.2.3",
        "1,2,3",
        "-1.2.3",
        "+1.2.3",
        "1.2.3:dev",
        "1.2.3-ä",
        "null",
        "undefined",
        "NaN",
        "CONTROL",
        "٣.2.1",
        "99999999999999999999.0.0",
        "1.2.3+a+b",
        "1.2.3\0",
    ];
    for text in malformed {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.contains("is not a version of three numbers"), "{error}");
    }
}

#[test]
fn unequal_shapes_follow_semantic_versions() {
    // The table of the design: need, offer, verdict.
    for (needed, offered, expected) in [
        ("1.2.0", "1.2.0", "yes"),
        ("1.2.0", "1.3.0", "yes"),
        ("1.3.0", "1.2.0", "newer_needed"),
        ("1.2.3", "1.2.1", "yes"),
        ("1.2.1", "1.2.3", "yes"),
        ("1.9.0", "2.0.0", "other_series"),
        ("2.0.0", "1.9.0", "other_series"),
        ("0.3.1", "0.3.4", "yes"),
        ("0.3.4", "0.3.1", "newer_needed"),
        ("0.3.0", "0.4.0", "other_series"),
        ("0.0.3", "0.0.4", "other_series"),
        ("1.3.0-beta.1", "1.3.0", "prerelease"),
        ("1.3.0-beta.1", "1.3.0-beta.2", "prerelease"),
        ("1.2.0+abc", "1.2.0+def", "yes"),
        // From the same page, beside the table.
        ("0.3.4", "0.3.4+b", "yes"),
        ("1.2.0+a-b", "1.2.0+c-d", "yes"),
        ("0.0.3", "0.0.3", "yes"),
        ("0.0.3+a", "0.0.3", "yes"),
        ("1.3.0", "1.3.0-beta.1", "prerelease"),
        ("1.4.0", "1.3.0-beta.1", "newer_needed"),
        ("1.3.0-beta.1", "1.2.0", "newer_needed"),
        ("1.3.0-beta.1", "1.3.0-beta.1+x", "yes"),
        ("1.3.0-beta.1", "1.4.0", "prerelease"),
        ("0.0.3-a", "0.0.3", "prerelease"),
        ("2.0.0-beta.1", "1.9.0", "other_series"),
    ] {
        assert_eq!(verdict(&need(needed), &offer(offered)), expected, "{needed} on {offered}");
    }
}

#[test]
fn a_prerelease_also_offers_the_release_before_it() {
    for (needed, offered, baseline, expected) in [
        ("1.2.0", "1.3.0-beta.1", "1.2.0", "yes"),
        ("1.2.7", "1.3.0-beta.1", "1.2.0", "yes"),
        ("1.3.0", "1.3.0-beta.1", "1.2.0", "prerelease"),
        ("1.4.0", "1.3.0-beta.1", "1.2.0", "newer_needed"),
        ("1.3.0-beta.2", "1.3.0-beta.1", "1.2.0", "prerelease"),
        ("0.3.1", "0.3.2-rc.1", "0.3.1", "yes"),
        // A baseline of another series, a baseline that is none, and one that is not needed.
        ("2.0.0", "2.0.0-beta.1", "1.9.0", "prerelease"),
        ("1.2.0", "1.3.0-beta.1", "1.2.0-rc.1", "prerelease"),
        ("1.9.0", "1.3.0", "1.9.0", "newer_needed"),
    ] {
        let offer = Offer { baseline: Some(version(baseline)), ..offer(offered) };
        assert_eq!(verdict(&need(needed), &offer), expected, "{needed} on {offered}");
    }
}

#[test]
fn equal_shapes_need_what_since_pins_and_nothing_more() {
    for (needed, since, offered, expected) in [
        ("1.4.0", None, "1.0.0", "yes"),
        ("1.4.0", None, "2.0.0", "other_series"),
        ("1.4.0-beta.1", None, "1.0.0", "yes"),
        ("1.4.0", None, "1.5.0-beta.1", "yes"),
        ("0.3.9", None, "0.3.1", "yes"),
        ("0.0.3", None, "0.0.4", "other_series"),
        ("1.4.0", Some("1.2.0"), "1.2.0", "yes"),
        ("1.4.0", Some("1.2.5"), "1.2.0", "yes"),
        ("1.4.0", Some("1.2.0"), "1.1.9", "newer_needed"),
        ("1.4.0", Some("1.2.0"), "1.3.0-beta.1", "prerelease"),
        ("0.3.4", Some("0.3.2"), "0.3.2", "yes"),
        ("0.3.4", Some("0.3.2"), "0.3.1", "newer_needed"),
        // All of the series has what came before it.
        ("1.4.0", Some("0.9.0"), "1.0.0", "yes"),
        // A prerelease pins the release that it will be.
        ("1.5.0-beta.1", Some("1.5.0"), "1.5.0-beta.1", "yes"),
        ("1.5.0-beta.1", Some("1.5.0"), "1.5.0-beta.2", "prerelease"),
        ("1.5.0-beta.1", Some("1.5.0-beta.1"), "1.5.0-beta.1", "yes"),
    ] {
        let need = Need { same_shape: true, since: since.map(version), ..need(needed) };
        assert_eq!(verdict(&need, &offer(offered)), expected, "{needed} {since:?} on {offered}");
    }
}

#[test]
fn since_means_nothing_where_shapes_differ() {
    let need = Need { since: Some(version("1.2.0")), ..need("1.4.0") };
    assert_eq!(verdict(&need, &offer("1.3.0")), "newer_needed");
    let mismatch = compatible(&need, &offer("1.3.0+x")).unwrap_err();
    assert_eq!(mismatch.to_string(), "version 1.4.0 is needed, but only 1.3.0 is offered");
}

#[test]
fn every_version_talks_to_itself_and_newer_offers_never_lose_a_need() {
    let mut all = Vec::new();
    for (major, minor, patch) in (0..27).map(|n| (n / 9, n / 3 % 3, n % 3)) {
        for pre in ["", "-a", "-a.1"] {
            all.push(version(&format!("{major}.{minor}.{patch}{pre}")));
        }
    }
    for needed in &all {
        for (same_shape, pinned) in [(false, false), (true, false), (true, true), (false, true)] {
            let since = pinned.then(|| needed.clone());
            let need = Need { version: needed.clone(), same_shape, since };
            let own = Offer { version: needed.clone(), baseline: None };
            assert_eq!(compatible(&need, &own), Ok(()), "{needed}");
            for offered in &all {
                let plain = Offer { version: offered.clone(), baseline: None };
                let with = Offer { version: offered.clone(), baseline: Some(all[0].clone()) };
                let (without, with) = (compatible(&need, &plain), compatible(&need, &with));
                assert!(with.is_ok() || without.is_err(), "a baseline takes nothing away");
                let one_series = Series::of(offered) == Series::of(needed);
                assert!(one_series || without.is_err(), "{needed} on {offered}");
                let releases = offered.pre.is_empty() && needed.pre.is_empty();
                if one_series && releases && offered >= needed {
                    assert_eq!(without, Ok(()), "{needed} on {offered}");
                }
            }
        }
    }
}

#[test]
fn a_mismatch_says_who_can_mend_it() {
    let of = |needed, offered| compatible(&need(needed), &offer(offered)).unwrap_err();
    for (mismatch, backend, frontend, retryable) in [
        (of("1.4.0", "1.3.0"), "upgrade_backend", "upgrade_frontend", true),
        (of("2.0.0", "1.3.0"), "upgrade_backend", "upgrade_frontend", true),
        (of("1.4.0", "2.0.0"), "upgrade_frontend", "upgrade_backend", false),
        (of("0.4.0", "1.0.0"), "upgrade_frontend", "upgrade_backend", false),
        (of("1.4.0-a", "1.4.0"), "use_same_version", "use_same_version", false),
    ] {
        assert_eq!(mismatch.fix(End::Backend).word(), backend, "{mismatch}");
        assert_eq!(mismatch.fix(End::Frontend).word(), frontend, "{mismatch}");
        assert_eq!(mismatch.retryable(), retryable, "{mismatch}");
    }
    assert_eq!(
        of("1.4.0", "2.0.0").to_string(),
        "version 1.4.0 is needed, but 2.0.0 is offered, of the series v2 and not v1"
    );
}

#[test]
fn a_series_has_exactly_one_text() {
    for text in ["v1", "v0.3", "v0.0.3", "v0.0.0", "v18446744073709551615"] {
        assert_eq!(text.parse::<Series>().unwrap().to_string(), text);
    }
    for text in [
        "",
        "v",
        "1",
        "v0",
        "v0.0",
        "v1.0",
        "v1.2.3",
        "v01",
        "v0.03",
        "v0.3.0",
        "v0.3.1",
        "v+1",
        "V1",
        " v1",
        "v1 ",
        "v1.",
        "v-1",
        "v0.0.3.0",
        "v18446744073709551616",
        "v1-a",
    ] {
        assert!(text.parse::<Series>().is_err(), "{text}");
    }
    let ordered = ["v0.0.3", "v0.0.4", "v0.1", "v0.3", "v1", "v2"].map(str::parse::<Series>);
    assert!(ordered.windows(2).all(|pair| pair[0].as_ref().unwrap() < pair[1].as_ref().unwrap()));
}

const FP: &str = "00112233445566778899aabbccddeeff";

#[test]
fn a_need_header_is_read_as_it_is_written() {
    for text in [
        "1.4.0".to_owned(),
        format!("1.4.0; fp={FP}"),
        format!("1.4.0-beta.1; fp={FP}; since=1.2.0"),
        "1.4.0; since=1.2.0".to_owned(),
    ] {
        assert_eq!(text.parse::<NeedHeader>().unwrap().to_string(), text);
    }
    let spaced: NeedHeader = format!(" 1.4.0 ;since=1.2.0\t;  fp={FP} ").parse().unwrap();
    assert_eq!(spaced.to_string(), format!("1.4.0; fp={FP}; since=1.2.0"));
    let own = FP.parse().unwrap();
    assert!(spaced.need(own).same_shape);
    assert!(!"1.4.0".parse::<NeedHeader>().unwrap().need(own).same_shape);
}

#[test]
fn a_need_header_is_refused_by_the_part_that_is_wrong() {
    for (text, expected) in [
        ("", "`` is not a version"),
        ("1.4", "`1.4` is not a version"),
        ("fp=00", "`fp=00` is not a version"),
        ("1.4.0;", "`` is not a parameter"),
        ("1.4.0; fp", "`fp` is not a parameter"),
        ("1.4.0; fp=00", "`fp`: a fingerprint has 32"),
        ("1.4.0; fp=00112233445566778899AABBCCDDEEFF", "`fp`: a fingerprint has 32"),
        ("1.4.0; since=1.2", "`since`: `1.2` is not a version"),
        ("1.4.0; since = 1.2.0", "the parameter `since ` is unknown"),
        ("1.4.0; since=1.2.0; since=1.2.0", "the parameter `since` occurs twice"),
        ("1.4.0; q=1", "the parameter `q` is unknown"),
        ("1.4.0; FP=1", "the parameter `FP` is unknown"),
        ("1.4.0, 1.5.0", "`1.4.0, 1.5.0` is not a version"),
    ] {
        let error = text.parse::<NeedHeader>().expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
