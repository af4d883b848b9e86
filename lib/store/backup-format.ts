/**
 * The file of a backup, the same for both databases: gzip over JSON Lines in UTF-8.
 *
 *   first line   the header: {"format":"crm-fabric-backup","version":1,"createdAt":…,"from":"sqlite",
 *                "migrations":[…],"tables":[{"name":"systems","columns":[…],"rows":3,"lastNumber":0},…]}
 *   then         one row a line: [index of its table in the header, value, value, …], ordered by table
 *   last line    the trailer: {"rows":…,"sha256":"…"}, the hash (hex) over all bytes before it
 */
import { createReadStream } from 'node:fs';
import { createHash, type Hash } from 'node:crypto';
import { createGunzip } from 'node:zlib';
import { StringDecoder } from 'node:string_decoder';
import { pipeline } from 'node:stream';
import { z } from 'zod';

export const FORMAT = 'crm-fabric-backup';
export const FORMAT_VERSION = 1;
/** Characters. Far above any row; a file that has more in one line is not a backup. */
const MAX_LINE = 128 * 1024 * 1024;

/** Says what is wrong and what to do. */
export class BackupError extends Error {
	override readonly name = 'BackupError';
}

export type Value = string | number | null;

const count = z.number().int().nonnegative();

const headerSchema = z.object({
	format: z.literal(FORMAT),
	version: z.number().int(),
	/** ISO */
	createdAt: z.string(),
	from: z.enum(['sqlite', 'postgres']),
	/** Names of the migrations that the store had had, oldest first. */
	migrations: z.array(z.string()).min(1),
	tables: z.array(
		z.object({
			name: z.string(),
			columns: z.array(z.string()).min(1),
			rows: count,
			/** The highest number the database has given to a row of it; 0 if it numbers none. */
			lastNumber: count,
		}),
	),
});
const trailerSchema = z.object({ rows: count, sha256: z.string() });
const rowSchema = z.tuple([count]).rest(z.union([z.string(), z.number(), z.null()]));

export type BackupHeader = z.infer<typeof headerSchema>;
export type BackupTable = BackupHeader['tables'][number];
export type BackupTrailer = z.infer<typeof trailerSchema>;

export interface BackupRow {
	/** Index in the header's tables. */
	table: number;
	values: Value[];
}

export function newHash(): Hash {
	return createHash('sha256');
}

/** Reads a backup from its file in one go; what it held is proven right only at the end of {@link rows}. */
export class BackupReader {
	private readonly hash = newHash();

	private constructor(
		readonly header: BackupHeader,
		private readonly lines: AsyncGenerator<string>,
		firstLine: string,
	) {
		this.hash.update(`${firstLine}\n`);
	}

	/** Throws BackupError if the file is no backup, or one of a newer format. */
	static async open(file: string): Promise<BackupReader> {
		const lines = linesOf(file);
		const { value: first, done } = await lines.next();
		const header = headerSchema.safeParse(done === true ? undefined : parsed(first));
		if (!header.success || first === undefined) {
			await lines.return(undefined);
			throw new BackupError(`${file} is not a backup of a CRM Fabric store.`);
		}
		if (header.data.version !== FORMAT_VERSION) {
			await lines.return(undefined);
			throw new BackupError(
				`The backup has format ${header.data.version}, this version of CRM Fabric reads format ${FORMAT_VERSION}. Update the package.`,
			);
		}
		return new BackupReader(header.data, lines, first);
	}

	/** Every row. Throws BackupError, at the end at the latest, if anything is damaged or missing. */
	async *rows(): AsyncGenerator<BackupRow> {
		const counted = this.header.tables.map(() => 0);
		for await (const line of this.lines) {
			const content = parsed(line);
			const trailer = trailerSchema.safeParse(content);
			if (trailer.success) {
				this.check(trailer.data, counted);
				if ((await this.lines.next()).done !== true) throw damaged('something follows its end');
				return;
			}
			const row = this.toRow(content);
			counted[row.table] = (counted[row.table] ?? 0) + 1;
			this.hash.update(`${line}\n`);
			yield row;
		}
		throw damaged('its end is missing');
	}

	async close(): Promise<void> {
		await this.lines.return(undefined);
	}

	private toRow(content: unknown): BackupRow {
		const row = rowSchema.safeParse(content);
		if (!row.success) throw damaged('a line is no row');
		const [table, ...values] = row.data;
		if (this.header.tables[table]?.columns.length !== values.length) {
			throw damaged('a row does not fit its table');
		}
		return { table, values };
	}

	private check({ rows, sha256 }: BackupTrailer, counted: number[]): void {
		const total = counted.reduce((sum, one) => sum + one, 0);
		const wrong = this.header.tables.find((table, index) => table.rows !== counted[index]);
		if (wrong !== undefined || total !== rows) throw damaged('rows are missing or too many');
		if (this.hash.digest('hex') !== sha256) throw damaged('its checksum is another one');
	}
}

function damaged(how: string): BackupError {
	return new BackupError(`The backup is damaged: ${how}. Nothing was restored; use another one.`);
}

function parsed(line: string | undefined): unknown {
	try {
		return line === undefined ? undefined : JSON.parse(line);
	} catch {
		return undefined;
	}
}

async function* linesOf(file: string): AsyncGenerator<string> {
	const decoder = new StringDecoder('utf8');
	// The error reaches the loop below through the stream itself.
	const stream = pipeline(createReadStream(file), createGunzip(), () => {});
	let rest: string[] = [];
	let length = 0;
	try {
		for await (const chunk of stream as AsyncIterable<Buffer>) {
			const [first = '', ...more] = decoder.write(chunk).split('\n');
			rest.push(first);
			length += first.length;
			if (length > MAX_LINE) throw damaged('a line has no end');
			for (const text of more) {
				yield rest.join('');
				rest = [text];
				length = text.length;
			}
		}
	} catch (error) {
		throw readable(file, error);
	}
	if (length > 0) yield rest.join('');
}

function readable(file: string, error: unknown): unknown {
	const code = codeOf(error);
	if (code === 'ENOENT') return new BackupError(`There is no file ${file}.`);
	if (code === 'EACCES') return new BackupError(`The file ${file} may not be read.`);
	if (code === 'Z_BUF_ERROR') return damaged('its end is missing');
	if (code.startsWith('Z_')) return damaged('it cannot be unpacked');
	return error;
}

function codeOf(error: unknown): string {
	return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
