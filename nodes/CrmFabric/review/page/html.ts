/**
 * The little HTML that n8n's forms let through: no classes, no styles. Texts of clients are only ever
 * put in by these functions, as text.
 */
const ENTITIES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
	// n8n evaluates {{ }} in the HTML of a form: what a client is called must not become a program.
	'{': '&#123;',
	'}': '&#125;',
};

export function text(value: string): string {
	return value.replace(/[&<>"'{}]/g, (sign) => ENTITIES[sign] ?? sign);
}

export function paragraph(value: string): string {
	return `<p>${text(value)}</p>`;
}

export function heading(value: string): string {
	return `<h3>${text(value)}</h3>`;
}

/** A cell is HTML that was made here. The first cell of a row names it. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const top = head.map((cell) => `<th scope="col">${cell}</th>`).join('');
	const body = rows.map(([name = '', ...cells]) => {
		const others = cells.map((cell) => `<td>${cell}</td>`).join('');
		return `<tr><th scope="row">${name}</th>${others}</tr>`;
	});
	return `<table><thead><tr>${top}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

export function lines(values: readonly string[]): string {
	return values.map(text).join('<br>');
}
