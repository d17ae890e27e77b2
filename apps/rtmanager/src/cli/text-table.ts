/** One line of a table: each cell as wide as its column, and no space at the end. */
export function tableLine(cells: readonly string[], widths: readonly number[], between = '  '): string {
  return cells
    .map((cell, at) => cell.padEnd(widths[at] ?? 0))
    .join(between)
    .trimEnd();
}

/** The width of each column that holds all the rows. */
export function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const [first = []] = rows;
  return first.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
}
