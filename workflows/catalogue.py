"""Every workflow of this service: who runs them or reads their histories needs them all."""

from workflows.articles_list import ArticlesListWorkflow
from workflows.corrected_copy import CorrectedCopyWorkflow
from workflows.declaration_list import DeclarationListWorkflow
from workflows.goods_return import GoodsReturnWorkflow
from workflows.suspicion_report import SuspicionReportWorkflow
from workflows.tax_collection import TaxCollectionWorkflow

WORKFLOWS = (
    DeclarationListWorkflow,
    ArticlesListWorkflow,
    TaxCollectionWorkflow,
    GoodsReturnWorkflow,
    SuspicionReportWorkflow,
    CorrectedCopyWorkflow,
)
