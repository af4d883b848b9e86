/** Circles of imports between the files of a project, and which of them are of types alone. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';

/** `values`: what is left after compiling, where a circle can leave a value undefined. `all`: types as well. */
export type ImportKind = 'values' | 'all';

/** File -> the files it imports. */
export type Imports = Map<string, string[]>;

function sourcesIn(folder: string): string[] {
	return readdirSync(folder, { recursive: true, encoding: 'utf8' })
		.filter((file) => file.endsWith('.ts'))
		.map((file) => join(folder, file));
}

function isOfTypes(statement: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
	if (ts.isExportDeclaration(statement)) return statement.isTypeOnly;
	const clause = statement.importClause;
	if (clause === undefined || clause.isTypeOnly) return clause !== undefined;
	const named = clause.namedBindings;
	if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
	return named.elements.every(({ isTypeOnly }) => isTypeOnly);
}

function importsOf(file: string, kind: ImportKind): string[] {
	const source = readFileSync(file, 'utf8');
	const { statements } = ts.createSourceFile(file, source, ts.ScriptTarget.Latest);
	return statements.flatMap((statement) => {
		if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
		const from = statement.moduleSpecifier;
		if (from === undefined || !ts.isStringLiteral(from) || !from.text.startsWith('.')) return [];
		if (kind === 'values' && isOfTypes(statement)) return [];
		const path = join(dirname(file), from.text);
		return [`${path}.ts`, join(path, 'index.ts'), path].filter(existsSync).slice(0, 1);
	});
}

/** Imports among the TypeScript files of `folders`, names of files as seen from `root`. */
export function importsIn(root: string, folders: readonly string[], kind: ImportKind): Imports {
	const short = (file: string) => relative(root, file);
	const files = folders.flatMap((folder) => sourcesIn(join(root, folder)));
	return new Map(files.map((file) => [short(file), importsOf(file, kind).map(short)]));
}

/** One circle as `a > b > a` for each import that closes one; none if there is no circle. */
export function circles(imports: Imports): string[] {
	const found: string[] = [];
	const done = new Set<string>();
	const visit = (file: string, way: readonly string[]): void => {
		const begin = way.indexOf(file);
		if (begin >= 0) found.push([...way.slice(begin), file].join(' > '));
		if (begin >= 0 || done.has(file)) return;
		for (const used of imports.get(file) ?? []) visit(used, [...way, file]);
		done.add(file);
	};
	for (const file of imports.keys()) visit(file, []);
	return found;
}
