/** CSV as Bulk API 2.0 takes and gives it (RFC 4180); written apart from the connector's own reader. */
import { rowError } from '../errors';

export const DELIMITERS = {
	BACKQUOTE: '`',
	CARET: '^',
	COMMA: ',',
	PIPE: '|',
	SEMICOLON: ';',
	TAB: '\t',
} as const;

export const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const;

export interface CsvFormat {
	columnDelimiter: keyof typeof DELIMITERS;
	lineEnding: keyof typeof LINE_ENDINGS;
}

/** The rows of a text, header included. Throws the row error of a quote that is never closed. */
export function parseCsv(text: string, { columnDelimiter, lineEnding }: CsvFormat): string[][] {
	const [delimiter, newline] = [DELIMITERS[columnDelimiter], LINE_ENDINGS[lineEnding]];
	const rows: string[][] = [];
	let [row, at]: [string[], number] = [[], 0];
	while (at < text.length) {
		const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at, delimiter, newline);
		row.push(cell.value);
		at = cell.end;
		if (text.startsWith(delimiter, at)) {
			at += delimiter.length;
			// A delimiter at the very end is followed by one more, empty cell.
			if (at === text.length) row.push('');
			continue;
		}
		if (at < text.length && !text.startsWith(newline, at)) {
			throw rowError('InvalidBatch', 'Error found in csv: the line ending does not fit the job');
		}
		at += newline.length;
		rows.push(row);
		row = [];
	}
	if (row.length > 0) rows.push(row);
	return rows.filter((cells) => cells.length > 1 || cells[0] !== '');
}

function quotedCell(text: string, start: number): { value: string; end: number } {
	for (let at = start + 1; at < text.length; at += 1) {
		if (text[at] !== '"') continue;
		if (text[at + 1] !== '"') {
			return { value: text.slice(start + 1, at).replaceAll('""', '"'), end: at + 1 };
		}
		at += 1;
	}
	throw rowError('InvalidBatch', 'Error found in csv: a quote is not closed');
}

function plainCell(text: string, start: number, delimiter: string, newline: string) {
	const ends = [text.indexOf(delimiter, start), text.indexOf(newline, start)];
	const end = Math.min(...ends.map((found) => (found < 0 ? text.length : found)));
	return { value: text.slice(start, end), end };
}

/** Salesforce quotes every cell of what it gives. */
export function formatCsv(rows: ReadonlyArray<readonly string[]>, format: CsvFormat): string {
	const [delimiter, newline] = [
		DELIMITERS[format.columnDelimiter],
		LINE_ENDINGS[format.lineEnding],
	];
	const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
	return rows.map((cells) => cells.map(quoted).join(delimiter) + newline).join('');
}
