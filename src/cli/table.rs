//! Columns for people: as wide as their widest cell, numbers to the right, no trailing space.

/// A table that grows row by row.
pub(super) struct Grid {
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
}

impl Grid {
    /// A table with these heads; the columns in `right` hold numbers.
    pub(super) fn new(heads: &[&str], right: &[usize]) -> Self {
        Self { rows: vec![heads.iter().map(ToString::to_string).collect()], right: right.to_vec() }
    }

    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows.push(cells.into_iter().collect());
    }

    pub(super) fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let gap = " ".repeat(widths[column] - cell.chars().count());
                let parts = if self.right.contains(&column) { [&gap, cell] } else { [cell, &gap] };
                line.extend(parts.map(String::as_str));
                line.push_str("  ");
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::Grid;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut grid = Grid::new(&["A", "NUMBER", ""], &[1]);
        grid.row(["äö".to_owned(), "1".to_owned(), String::new()]);
        grid.row([String::new(), "1,234,567".to_owned(), "x".to_owned()]);
        assert_eq!(grid.text(), "A      NUMBER\näö          1\n    1,234,567  x\n");
    }
}
