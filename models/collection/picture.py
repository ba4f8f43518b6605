"""A collection told to people: the view, the Markdown of the Web UI, the filterable attributes."""

from collections.abc import Sequence
from datetime import datetime

from clearway.contracts.collection import BatchView, CollectionView, RunNow
from clearway.contracts.keys import CollectionKey
from models.collection.work import Standing
from models.markdown import plain, shanghai

SHOWN = 5


def collection_view(
    key: CollectionKey, runs: int, standing: Standing | None, next_run_at: datetime | None, alarms: Sequence[str]
) -> CollectionView:
    """The collection as anyone may read it."""
    if standing is None:
        return CollectionView(key=key, runs=runs, alarms=tuple(alarms))
    return CollectionView(
        key=key,
        runs=runs,
        open_lists=standing.open_lists,
        open_amount=standing.open_amount,
        next_run_at=next_run_at,
        next_deadline=standing.next_deadline,
        batches=standing.batches,
        alarms=tuple(alarms),
    )


def collection_attributes(
    key: CollectionKey, standing: Standing | None, alarms: Sequence[str]
) -> dict[str, str | list[str] | datetime]:
    """What operators filter collections by."""
    found: dict[str, str | list[str] | datetime] = {"Enterprise": key.agent, "CustomsPort": key.customs}
    if alarms:
        found["Alarms"] = sorted(alarms)
    if standing is not None and standing.pay_before is not None:
        found["NextDeadline"] = standing.pay_before
    return found


def collection_markdown(view: CollectionView, asked: RunNow | None) -> str:
    """The page that operators see."""
    lines = [
        f"# Tax collection 税款征收 {view.key.agent} · {view.key.customs}",
        "",
        f"- open lists 未结清单: **{view.open_lists}**, payable 应缴: **{view.open_amount:.2f} CNY**",
        f"- next deadline 最近缴款期限: {view.next_deadline or '–'}",
        f"- next run 下次运行: {shanghai(view.next_run_at) if view.next_run_at else '–'} (Shanghai)",
        f"- runs so far 已运行: {view.runs}",
    ]
    if view.alarms:
        lines.append(f"- alarms 告警: {', '.join(f'`{alarm}`' for alarm in view.alarms)}")
    if asked is not None:
        lines.append(f"- last asked to run by 最近手动运行: {plain(asked.actor)}: {plain(asked.reason)}")
    if view.batches:
        lines += [
            "",
            "| batch 批次 | lists 清单 | billed 税单 | ours 测算 | differ 差异 | paid 已缴 | late fee 滞纳金 | 结果 |",
            "|---|---:|---:|---:|---:|---:|---:|---|",
            *(_row(batch) for batch in view.batches[:SHOWN]),
        ]
    return "\n".join(lines)


def _row(batch: BatchView) -> str:
    told = f"{batch.outcome} {plain(batch.reason)}".strip()
    amounts = (f"{amount:.2f}" for amount in (batch.billed, batch.assessed))
    paid = f"{batch.paid:.2f} | {batch.late_fee:.2f}"
    return f"| {batch.batch_id} | {batch.lists} | {' | '.join(amounts)} | {batch.differing} | {paid} | {told} |"
