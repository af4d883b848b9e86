/** The CSV of Bulk API 2.0 jobs: comma and LF, as our jobs ask for (RFC 4180). Pure. */

/** Sent with every job: the reader below knows this form alone. */
export const CSV_FORMAT = { contentType: 'CSV', columnDelimiter: 'COMMA', lineEnding: 'LF' };

/** One line with its line ending. */
export function csvLine(cells: readonly string[]): string {
	return `${cells.map(quoted).join(',')}\n`;
}

function quoted(cell: string): string {
	return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

export interface CsvTable {
	columns: string[];
	/** Each as long as `columns`. */
	rows: string[][];
}

/** Throws an Error without any content of the text if it is no such CSV. */
export function readCsv(text: string): CsvTable {
	const lines: string[][] = [];
	let cells: string[] = [];
	// A cell, quoted or plain, and what ends it. Sticky: anything else stops the walk.
	const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
	while (cell.lastIndex < text.length) {
		const found = cell.exec(text);
		if (found === null) throw new Error('The CSV breaks off or is malformed');
		const [, inQuotes, plain = '', end] = found;
		cells.push(inQuotes === undefined ? plain : inQuotes.replaceAll('""', '"'));
		if (end === ',' && cell.lastIndex < text.length) continue;
		if (end === ',') cells.push('');
		lines.push(cells);
		cells = [];
	}
	const [columns = [], ...rows] = lines;
	if (rows.some((row) => row.length !== columns.length)) {
		throw new Error('The rows of the CSV are not as long as its header');
	}
	return { columns, rows };
}
