/** What a CRM or the network did wrong, as n8n shows it: what happened, and how to get unstuck. */
import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';
import {
	AuthenticationFailure,
	BudgetFull,
	ConfigurationFailure,
	CrmError,
	HttpFailure,
} from '../../../lib';

export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const { message, description, httpCode } = explain(error);
	const place = itemIndex === undefined ? '' : ` [item ${itemIndex}]`;
	const options = { message: `${message}${place}`, description, itemIndex };
	if (httpCode === undefined) return new NodeOperationError(node, options.message, options);
	return new NodeApiError(node, { message: options.message } as JsonObject, {
		...options,
		httpCode,
	});
}

interface Explanation {
	message: string;
	description?: string;
	/** Set for what the CRM answered; a word (`refused`, `timeout`) if there was no answer. */
	httpCode?: string;
}

function explain(error: unknown): Explanation {
	if (error instanceof CrmError) {
		const { hint, field } = error.options;
		const message = field === undefined ? error.message : `${error.message} (field "${field}")`;
		const httpCode = error.status === 0 ? error.code : String(error.status);
		return { message, description: hint ?? nextStep(error), httpCode };
	}
	if (error instanceof AuthenticationFailure) {
		const description = 'Open the credential of this node, test it and connect it again.';
		return { message: error.message, description, httpCode: '401' };
	}
	if (error instanceof HttpFailure) {
		return {
			message: `No answer: ${error.message}`,
			description: NO_ANSWER,
			httpCode: error.code,
		};
	}
	if (error instanceof ConfigurationFailure) {
		return { message: error.message, description: error.hint };
	}
	if (error instanceof BudgetFull) {
		const description = 'Run fewer items at once, or again in a minute.';
		return { message: 'More calls wait than the CRM allows', description, httpCode: '429' };
	}
	return { message: error instanceof Error ? error.message : String(error) };
}

const NO_ANSWER =
	'Check the base address in the credential and the network of n8n, then run the node again.';

function nextStep({ status, options }: CrmError): string {
	if (status === 0) return NO_ANSWER;
	if (status === 404)
		return 'Check the ID: the contact may have been deleted or merged in the CRM.';
	if (status === 403) return 'Give the user of the credential the right to do this in the CRM.';
	if (options.retryable)
		return 'Run the node again later, or switch on Retry On Fail in its settings.';
	return 'Correct the values of this item and run the node again.';
}
