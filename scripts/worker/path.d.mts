export declare const cacheDirectory: string;
export declare const workerSources: string;
export declare function workerDirectory(): string;
export declare function workerBinary(): string;
