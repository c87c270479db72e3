import { Module } from '@nestjs/common';
import { ExamineController } from './examine.controller.js';
import { StoredRecords } from './stored.records.js';

@Module({ controllers: [ExamineController], providers: [StoredRecords] })
export class ExamineModule {}
