//! The flow of an audience's rows on one platform, as a picture: one band from what was read, out of
//! which the rows branch that go no further.
//!
//! It is drawn from figures, so that it tells no more than the table below it, and it has no words in
//! it: they stand beside it as text, which grows with the reader's letters.

use super::figures::{Figure, Funnel};
use super::html::Markup;
use super::words::{self as say, Language};

/// The picture's height for all rows read, in tenths.
const HEIGHT: u64 = 600;
/// How far a branch moves away, in tenths.
const AWAY: u64 = 100;

/// Draws it, with its legend.
pub(super) fn flow(page: &mut Markup, language: Language, platform: &str, funnel: &Funnel, upload: Figure) {
    let parts =
        [funnel.eligible, funnel.suppressed, funnel.not_selected, funnel.unreadable].map(Figure::drawn);
    let [eligible, suppressed, not_selected, unreadable] = heights(parts);
    page.raw("<figure><figcaption>").text(&language.fill(&say::FLOW, &[platform])).raw("</figcaption>\n");
    page.raw("<svg class=f viewBox=\"0 0 300 72\" preserveAspectRatio=none aria-hidden=true>");
    // What goes up runs through to the end; what does not stops where it was decided.
    page.raw("<path class=e d=\"M0 0H").raw(if upload.drawn() > 0 { "300" } else { "200" });
    page.raw("V").tenths(eligible).raw("H0Z\"/>");
    let top = eligible;
    if suppressed > 0 {
        let bottom = top + suppressed;
        page.raw("<path class=o d=\"M0 ").tenths(top).raw("H100C150 ").tenths(top).raw(" 150 ");
        page.tenths(top + AWAY).raw(" 200 ").tenths(top + AWAY).raw("V").tenths(bottom + AWAY);
        page.raw("C150 ").tenths(bottom + AWAY).raw(" 150 ").tenths(bottom).raw(" 100 ").tenths(bottom);
        page.raw("H0Z\"/>");
    }
    let top = top + suppressed;
    branch_early(page, "<path class=n d=\"M0 ", top, not_selected);
    branch_early(page, "<path class=u d=\"M0 ", top + not_selected, unreadable);
    page.raw("</svg>\n<ul class=l>");
    let mut item = |kind: &'static str, word: &str, figure: Figure| {
        page.raw("<li><span>")
            .raw(kind)
            .text(word)
            .raw("</span><b>")
            .text(&language.figure(figure))
            .raw("</b>\n");
    };
    item("", language.say(&say::READ), funnel.read);
    item("<i class=n></i>", language.say(&say::NOT_SELECTED), funnel.not_selected);
    if funnel.unreadable != Figure::Told(0) {
        item("<i class=u></i>", language.say(&say::UNREADABLE), funnel.unreadable);
    }
    item("<i class=o></i>", language.say(&say::SUPPRESSED), funnel.suppressed);
    item("<i class=e></i>", language.say(&say::ELIGIBLE), funnel.eligible);
    item("", language.say(&say::UPLOADED), upload);
    page.raw("</ul></figure>\n");
}

/// A branch that leaves before the filter's answer.
fn branch_early(page: &mut Markup, open: &'static str, top: u64, height: u64) {
    if height == 0 {
        return;
    }
    let bottom = top + height;
    page.raw(open).tenths(top).raw("C50 ").tenths(top).raw(" 50 ").tenths(top + AWAY).raw(" 100 ");
    page.tenths(top + AWAY).raw("V").tenths(bottom + AWAY).raw("C50 ").tenths(bottom + AWAY).raw(" 50 ");
    page.tenths(bottom).raw(" 0 ").tenths(bottom).raw("Z\"/>");
}

/// Shares of the height. What is there at all is seen: it gets a tenth of a line at least, taken
/// from the largest.
fn heights(parts: [u64; 4]) -> [u64; 4] {
    const SEEN: u64 = 10;
    let total: u128 = parts.iter().map(|part| u128::from(*part)).sum();
    if total == 0 {
        return [0; 4];
    }
    let mut heights = parts.map(|part| {
        let exact = u128::from(part) * u128::from(HEIGHT) / total;
        let height = u64::try_from(exact).unwrap_or(HEIGHT);
        if part > 0 { height.max(SEEN) } else { 0 }
    });
    let sum: u64 = heights.iter().sum();
    if let Some(largest) = heights.iter_mut().max() {
        *largest = (*largest + HEIGHT).saturating_sub(sum);
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_fill_the_picture_and_show_what_is_there() {
        for (parts, expect) in [
            ([1, 1, 1, 1], [150, 150, 150, 150]),
            ([0, 0, 0, 0], [0, 0, 0, 0]),
            ([1, 0, 999_999, 0], [10, 0, 590, 0]),
            ([u64::MAX, u64::MAX, 0, 0], [300, 300, 0, 0]),
        ] {
            let found = heights(parts);
            assert_eq!(found, expect);
            assert!(parts.iter().zip(&found).all(|(part, height)| (*part > 0) == (*height > 0)), "{found:?}");
        }
    }

    #[test]
    fn lengths_follow_the_figures_and_the_band_stops_where_nothing_goes_up() {
        let funnel = Funnel {
            read: Figure::Told(100),
            unreadable: Figure::Told(0),
            not_selected: Figure::Told(50),
            suppressed: Figure::Told(25),
            eligible: Figure::Told(25),
        };
        let draw = |upload| {
            let mut page = Markup::default();
            flow(&mut page, Language::English, "Meta", &funnel, upload);
            page.finish()
        };
        let page = draw(Figure::Told(20));
        assert!(page.contains("M0 0H300V15H0Z"), "{page}");
        assert!(page.contains("class=o") && page.contains("class=n") && !page.contains("class=u"), "{page}");
        assert!(draw(Figure::Told(0)).contains("M0 0H200V15H0Z"));
    }
}
