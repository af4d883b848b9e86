/**
 * Begins a connector for one more CRM: copies the example (test/connectors/pocket) under another name,
 * the connector to `lib/connectors/<name>`, its CRM and tests to `test/connectors/<name>`.
 *
 *     npm run new-connector -- acme --title "Acme CRM"
 *
 * `--to <folder>` writes under that folder instead of this repository. See docs/write-a-connector.md.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLE = 'test/connectors/pocket';
const USAGE = 'Say how it is called: npm run new-connector -- acme --title "Acme CRM"';

class Refusal extends Error {}

function readArguments(args) {
	const options = { title: { type: 'string' }, to: { type: 'string' } };
	const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
	const [name, ...more] = positionals;
	if (name === undefined || more.length > 0) throw new Refusal(USAGE);
	if (!/^[a-z][a-z0-9]{1,29}$/.test(name) || name === 'pocket') {
		const rule = 'lower-case letters and digits that begin with a letter, and not "pocket"';
		throw new Refusal(`"${name}" cannot be its name: take 2 to 30 ${rule}.`);
	}
	const pascal = name.charAt(0).toUpperCase() + name.slice(1);
	return { name, pascal, title: values.title ?? pascal, to: resolve(values.to ?? ROOT) };
}

/** The CRM itself and the tests stay with the tests; all else is the connector. */
function placeOf(file, { name }) {
	const isOfTests = file.endsWith('.test.ts') || file === 'pocket-crm.ts';
	const folder = isOfTests ? 'test/connectors' : 'lib/connectors';
	return `${folder}/${name}/${file.replaceAll('pocket', name)}`;
}

/** An import leads to the same file from the new place, or to the new place of what was copied, too. */
function movedImports(source, file, words) {
	const from = posix.dirname(placeOf(file, words));
	return source.replace(/(?<=from ')\.[^']*(?=')/g, (specifier) => {
		const meant = posix.join(EXAMPLE, posix.dirname(file), specifier);
		const isOwn = meant.startsWith(`${EXAMPLE}/`);
		const target = isOwn ? placeOf(`${meant.slice(EXAMPLE.length + 1)}.ts`, words) : meant;
		const path = posix.relative(from, target.replace(/\.ts$/, ''));
		return path.startsWith('.') ? path : `./${path}`;
	});
}

function renamed(source, { name, pascal, title }) {
	return source
		.replaceAll('Pocket CRM', title)
		.replaceAll('Pocket', pascal)
		.replaceAll('pocket', name);
}

async function filesOfExample() {
	const entries = await readdir(join(ROOT, EXAMPLE), { recursive: true, withFileTypes: true });
	return entries
		.filter((entry) => entry.isFile())
		.map((entry) => relative(join(ROOT, EXAMPLE), join(entry.parentPath, entry.name)))
		.map((path) => path.split(sep).join('/'))
		.sort();
}

async function copy(words) {
	for (const folder of ['lib/connectors', 'test/connectors'])
		if (existsSync(join(words.to, folder, words.name)))
			throw new Refusal(
				`${folder}/${words.name} is there already. Take another name, or remove it.`,
			);
	const style = await resolveConfig(join(ROOT, 'package.json'));
	const places = [];
	for (const file of await filesOfExample()) {
		const place = placeOf(file, words);
		const source = await readFile(join(ROOT, EXAMPLE, file), 'utf8');
		const text = renamed(movedImports(source, file, words), words);
		await mkdir(dirname(join(words.to, place)), { recursive: true });
		await writeFile(join(words.to, place), await format(text, { ...style, parser: 'typescript' }));
		places.push(place);
	}
	return places;
}

function nextSteps({ name, pascal, title }) {
	return [
		`Next, as docs/write-a-connector.md tells step by step:`,
		`1. lib/connectors/${name}/client.ts, fields.ts and settings.ts: what ${title} really says; then`,
		`   test/connectors/${name}/${name}-crm.ts: a simulator that behaves as its documentation says.`,
		`   npx jest --selectProjects unit --testPathPatterns test/connectors/${name}`,
		`2. lib/connectors/index.ts: import { ${name} } from './${name}', and add it to the list.`,
		`3. nodes/shared/authentication.ts: CrmKind, CHOICES, CRM_NAMES; nodes/shared/trigger/settings.ts:`,
		`   DEFAULT_PRIORITY. \`npm run typecheck\` names what is missing.`,
		`4. credentials/${pascal}Api.credentials.ts, nodes/${pascal}/, nodes/${pascal}Trigger/,`,
		`   icons/${name}.svg and icons/${name}.dark.svg, like Wealthbox's.`,
		`5. package.json: n8n.credentials and n8n.nodes. \`npm run build\` names what is missing.`,
	];
}

async function main() {
	const words = readArguments(process.argv.slice(2));
	const places = await copy(words);
	const lines = [...places.map((place) => `made ${place}`), '', ...nextSteps(words)];
	process.stdout.write(`${lines.join('\n')}\n`);
}

main().catch((error) => {
	const isOurs = error instanceof Refusal || error.code?.startsWith('ERR_PARSE_ARGS');
	process.stderr.write(`${isOurs ? error.message : error.stack}\n`);
	process.exitCode = 1;
});
