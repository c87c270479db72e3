import { jest } from '@jest/globals';
import * as common from '@nestjs/common';
import * as core from '@nestjs/core';

// @nestjs/throttler is CommonJS and requires Nest, which is not. Node can do that, Jest's module system only from Node 24.9 on: so
// the very modules that the tests import are handed to it.
jest.mock('@nestjs/common', () => common);
jest.mock('@nestjs/core', () => core);

/** The real @nestjs/throttler, on the same Nest as the tests. */
export const throttler = await import('@nestjs/throttler');

/** Another storage in Redis, to show what this one does better. */
export const { ThrottlerStorageRedisService } = await import('@nest-lab/throttler-storage-redis');
