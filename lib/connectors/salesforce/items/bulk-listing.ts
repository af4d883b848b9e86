/** A listing of all records of one object by a bulk job, told in pages as the polling source asks for them. */
import type { PageQuery } from '../../poll-reader';
import { isBulkRefused } from '../bulk-contacts';
import { areMany, itemsInBulk, type BulkItems } from './bulk-items';
import type { ItemReads } from './item-reads';

export interface BulkItemsPage extends BulkItems {
	more: boolean;
}

export class BulkListing {
	private going: AsyncGenerator<BulkItems> | undefined;
	private next: BulkItems | undefined;

	/**
	 * undefined: they are to be read page by page, from the first one on where the job failed; what it has told
	 * is told again then.
	 */
	async page(
		reads: ItemReads,
		{ page, signal }: Pick<PageQuery, 'page' | 'signal'>,
	): Promise<BulkItemsPage | undefined> {
		try {
			if (page === 1) {
				this.going = (await areMany(reads, signal)) ? itemsInBulk(reads, signal) : undefined;
				this.next = await this.following();
			}
			const now = this.next;
			if (this.going === undefined || now === undefined) return undefined;
			this.next = await this.following();
			return { ...now, more: this.next !== undefined };
		} catch (error) {
			this.going = undefined;
			if (!isBulkRefused(error)) throw error;
			reads.context.log(
				'warn',
				'Salesforce does not read in bulk; the records are read page by page.',
				{ code: error.code },
			);
			return undefined;
		}
	}

	private async following(): Promise<BulkItems | undefined> {
		const read = await this.going?.next();
		return read === undefined || read.done === true ? undefined : read.value;
	}
}
