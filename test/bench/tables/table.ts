/** What is measured in the process of the bench, without a proxy. */
export type Table = {
	/** Markdown. */
	text: string;
	/** Whether its bars are met; true where there are none. */
	met: boolean;
};
