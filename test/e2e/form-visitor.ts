/**
 * A person at n8n's forms: in a real browser where the machine has one (Debian's chromium, or what
 * CHROMIUM names), else over plain HTTP, as the form's own script would talk to n8n.
 */
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';

export interface Login {
	user: string;
	password: string;
}

export interface FormPage {
	title: string;
	/** What can be read on it. */
	text: string;
	/** The radio buttons. */
	choices: string[];
	/** Nothing is asked any more. */
	isLast: boolean;
}

export interface FormVisitor {
	/** Opens the first page. */
	open: (url: string) => Promise<FormPage>;
	/** Text fields by label, the radio button under `choice`; resolves with the next page. */
	submit: (texts: Record<string, string>, choice?: string) => Promise<FormPage>;
	close: () => Promise<void>;
}

const BROWSER = process.env.CHROMIUM ?? '/usr/bin/chromium';
const BROWSER_FLAGS =
	'--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

export async function formVisitor(login: Login): Promise<FormVisitor> {
	return existsSync(BROWSER) ? await BrowserVisitor.start(login) : new HttpVisitor(login);
}

/** Only what fails takes so long; a loaded machine may need many times the usual seconds. */
const PAGE_LIMIT_MS = 120_000;

export class BrowserVisitor implements FormVisitor {
	private constructor(
		readonly tab: Page,
		private readonly end: () => Promise<void>,
	) {}

	static async start({ user, password }: Login): Promise<BrowserVisitor> {
		const browser = await chromium.launch({
			executablePath: BROWSER,
			args: BROWSER_FLAGS.split(' '),
		});
		const tab = await browser.newPage({
			viewport: { width: 1280, height: 1000 },
			httpCredentials: { username: user, password },
		});
		// Fonts and icons of other hosts: the form must work without them.
		await tab.route(/^https:/, (route) => route.abort());
		return new BrowserVisitor(tab, () => browser.close());
	}

	async open(url: string): Promise<FormPage> {
		await this.tab.goto(url);
		return this.read();
	}

	async submit(texts: Record<string, string>, choice?: string): Promise<FormPage> {
		for (const [label, value] of Object.entries(texts)) {
			await this.tab.getByLabel(label).fill(value);
		}
		if (choice !== undefined) await this.tab.getByLabel(choice, { exact: true }).check();
		// The next page has the same address: the mark tells it from this one.
		await this.tab.evaluate('window.isOldPage = true');
		await this.tab.click('#submit-btn');
		await this.tab.waitForFunction('window.isOldPage !== true', undefined, {
			timeout: PAGE_LIMIT_MS,
		});
		return this.read();
	}

	close(): Promise<void> {
		return this.end();
	}

	private async read(): Promise<FormPage> {
		await this.tab.waitForSelector('h1');
		return {
			title: await this.tab.locator('h1').first().innerText(),
			text: await this.tab.locator('body').innerText(),
			choices: await this.tab.locator('.multiselect-option label').allInnerTexts(),
			isLast: (await this.tab.locator('#submit-btn').count()) === 0,
		};
	}
}

const STATUS_LIMIT_MS = 60_000;
const LOOK_MS = 200;

export class HttpVisitor implements FormVisitor {
	private address = '';
	private html = '';

	constructor(private readonly login: Login) {}

	open(url: string): Promise<FormPage> {
		return this.load(url);
	}

	async submit(texts: Record<string, string>, choice?: string): Promise<FormPage> {
		const answer = await fetch(this.address, {
			method: 'POST',
			body: this.filledIn(texts, choice),
			headers: this.headers(),
		});
		const body = await answer.text();
		if (!answer.ok) throw new Error(`The form answered ${answer.status}: ${body.slice(0, 300)}`);
		const { formWaitingUrl } = JSON.parse(body || '{}') as { formWaitingUrl?: string };
		return await this.nextPage(formWaitingUrl ?? this.address);
	}

	async close(): Promise<void> {}

	private headers(): Record<string, string> {
		const { user, password } = this.login;
		return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
	}

	private filledIn(texts: Record<string, string>, choice?: string): FormData {
		const form = new FormData();
		for (const [, id = '', value = ''] of this.html.matchAll(
			/<input type="hidden" id="(field-\d+)" name="\1" value="([^"]*)"/g,
		)) {
			form.append(id, decoded(value));
		}
		for (const [, id = '', label = ''] of this.html.matchAll(
			/<label class='form-label [^']*' for='(field-\d+)'>([^<]*)<\/label>/g,
		)) {
			const isKinds = label === 'Which questions?';
			form.append(id, texts[decoded(label)] ?? (isKinds ? 'All of them' : ''));
		}
		for (const [, id = ''] of this.html.matchAll(/ id='option0_(field-\d+)'/g)) {
			form.append(id, JSON.stringify([choice]));
		}
		return form;
	}

	private async nextPage(waitingUrl: string): Promise<FormPage> {
		const status = new URL(waitingUrl);
		status.pathname += '/n8n-execution-status';
		const end = Date.now() + STATUS_LIMIT_MS;
		while (Date.now() < end) {
			const said = (await (await fetch(status)).text()).trim();
			if (said === 'form-waiting' || said === 'success') return await this.load(waitingUrl);
			if (['canceled', 'crashed', 'error', 'null'].includes(said)) {
				throw new Error(`The execution of the form ended with ${said}.`);
			}
			await sleep(LOOK_MS);
		}
		throw new Error('The form showed no next page.');
	}

	private async load(url: string): Promise<FormPage> {
		this.address = url;
		const answer = await fetch(url, { headers: this.headers() });
		this.html = await answer.text();
		if (!answer.ok) throw new Error(`The form answered ${answer.status}.`);
		const choices = this.html.matchAll(/<input type='checkbox'[^>]* value='([^']*)'/g);
		return {
			title: decoded(/<h1[^>]*>([^<]*)/.exec(this.html)?.[1] ?? ''),
			text: decoded(this.html.replace(/<(script|style)[\s\S]*?<\/\1>|<[^>]+>/g, ' ')),
			choices: [...choices].map(([, label = '']) => decoded(label)),
			isLast: !this.html.includes("id='submit-btn'"),
		};
	}
}

function decoded(html: string): string {
	const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
	return html
		.replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
		.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
		.replace(/&(amp|lt|gt|quot);/g, (_, name: string) => named[name] ?? '');
}
