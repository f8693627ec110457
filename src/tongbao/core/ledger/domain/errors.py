"""What the ledger refuses, one code per reason."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class LedgerError(TongbaoError):
    """Base of the ledger's refusals."""

    kind = Kind.REFUSED


class InsufficientFunds(LedgerError):
    """The debit would take the account below its limit."""

    code = "ledger.insufficient_funds"
    title = Text(zh="余额不足", en="Insufficient funds")
    detail = Text(
        zh="账户可用余额为 {available} {asset}，不足以完成本次记账；没有资金变动。",
        en="The account has {available} {asset} available, which is not enough; nothing moved.",
    )


class UnknownAccount(LedgerError):
    """No account has this id."""

    code = "ledger.unknown_account"
    title = Text(zh="账户不存在", en="Unknown account")
    detail = Text(zh="没有编号为 {account_id} 的账户。", en="There is no account {account_id}.")


class AccountNotFound(LedgerError):
    """No account has this id, and the request was about that account."""

    code = "ledger.account_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="账户不存在", en="Account not found")


class TransactionNotFound(LedgerError):
    """No transaction has this id."""

    code = "ledger.transaction_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="交易不存在", en="Transaction not found")


class UnknownAsset(LedgerError):
    """The asset was never declared."""

    code = "ledger.unknown_asset"
    title = Text(zh="资产不存在", en="Unknown asset")
    detail = Text(zh="没有名为 {asset} 的资产。", en="There is no asset {asset}.")


class AssetMismatch(LedgerError):
    """The amount is of another asset than the account."""

    code = "ledger.asset_mismatch"
    title = Text(zh="币种不符", en="Asset mismatch")
    detail = Text(
        zh="账户 {account_id} 不以 {asset} 记账。",
        en="Account {account_id} is not kept in {asset}.",
    )


class SameAccount(LedgerError):
    """Debit and credit name the same account."""

    code = "ledger.same_account"
    title = Text(zh="借贷账户相同", en="Debit and credit are the same account")


class AccountClosed(LedgerError):
    """The account is closed."""

    code = "ledger.account_closed"
    title = Text(zh="账户已销户", en="Account closed")
    detail = Text(zh="账户 {account_id} 已销户。", en="Account {account_id} is closed.")


class AccountFrozen(LedgerError):
    """The account is frozen for this side."""

    code = "ledger.account_frozen"
    title = Text(zh="账户已冻结", en="Account frozen")
    detail = Text(
        zh="账户 {account_id} 已被冻结，不能记账。",
        en="Account {account_id} is frozen for this posting.",
    )


class IdReused(LedgerError):
    """The id belongs to a transaction with other content."""

    code = "ledger.id_reused"
    title = Text(zh="编号已被使用", en="Id already used")
    detail = Text(
        zh="编号 {transaction_id} 已用于内容不同的交易。",
        en="Id {transaction_id} belongs to a transaction with other content.",
    )


class AmountOutOfRange(LedgerError):
    """The amount is zero, negative or beyond what a posting or an account can hold."""

    code = "ledger.amount_out_of_range"
    title = Text(zh="金额超出范围", en="Amount out of range")
    detail = Text(
        zh="每笔金额必须大于零，且不超过允许的上限。",
        en="An amount must be greater than zero and within what an account can hold.",
    )


class EffectiveDateInFuture(LedgerError):
    """Nothing can be booked as effective after the business date."""

    code = "ledger.effective_date_in_future"
    title = Text(zh="起息日不能晚于营业日", en="Effective date in the future")
    detail = Text(zh="当前营业日为 {business_date}。", en="The business date is {business_date}.")


class TooManyPostings(LedgerError):
    """A transaction or batch is empty or larger than allowed."""

    code = "ledger.batch_size"
    kind = Kind.INVALID
    title = Text(zh="批次大小不合要求", en="Batch size out of range")
    detail = Text(
        zh="每批 1 至 {batch_max} 笔交易，每笔交易 1 至 {postings_max} 条分录。",
        en="A batch has 1 to {batch_max} transactions, a transaction 1 to {postings_max} postings.",
    )


class CodeTaken(LedgerError):
    """Another account or asset has this code, with other properties."""

    code = "ledger.code_taken"
    kind = Kind.CONFLICT
    title = Text(zh="代码已被使用", en="Code already taken")
    detail = Text(zh="代码 {value} 已被使用。", en="Code {value} is already taken.")


class StatusRefused(LedgerError):
    """The account cannot take this status now."""

    code = "ledger.status_refused"
    kind = Kind.CONFLICT
    title = Text(zh="账户状态不能变更", en="Status cannot be changed")
    detail = Text(
        zh="账户须余额为零且无待处理交易方可销户；已销户账户不可恢复。",
        en="An account closes only when it is empty with nothing pending, and stays closed.",
    )


class TargetRefused(LedgerError):
    """Base of refusals that are about the transaction to be resolved or reversed."""


class UnknownTarget(TargetRefused):
    """There is no transaction with the target's id."""

    code = "ledger.unknown_target"
    title = Text(zh="目标交易不存在", en="Unknown target")
    detail = Text(zh="没有编号为 {target} 的交易。", en="There is no transaction {target}.")


class NotPending(TargetRefused):
    """Only a pending transaction is captured or voided."""

    code = "ledger.not_pending"
    title = Text(zh="该交易不是预授权", en="Not a pending transaction")
    detail = Text(zh="交易 {target} 不是预授权。", en="Transaction {target} is not pending.")


class AlreadyResolved(TargetRefused):
    """The pending transaction was captured, voided or expired before."""

    code = "ledger.already_resolved"
    title = Text(zh="预授权已处理", en="Already resolved")
    detail = Text(
        zh="交易 {target} 已被完成、撤销或已过期。",
        en="Transaction {target} was captured, voided or expired before.",
    )


class PendingExpired(TargetRefused):
    """The time of the pending transaction is over."""

    code = "ledger.pending_expired"
    title = Text(zh="预授权已过期", en="Pending transaction expired")
    detail = Text(
        zh="交易 {target} 的有效期已过，不能再完成或撤销。",
        en="The time of transaction {target} is over; it can be neither captured nor voided.",
    )


class NotExpired(TargetRefused):
    """The time of the pending transaction is not over yet."""

    code = "ledger.not_expired"
    title = Text(zh="预授权尚未过期", en="Not expired")
    detail = Text(zh="交易 {target} 尚未过期。", en="Transaction {target} has not expired yet.")


class ExpiresInPast(LedgerError):
    """A pending transaction must expire later than now."""

    code = "ledger.expires_in_past"
    title = Text(zh="有效期须晚于当前时间", en="Expiry in the past")


class CaptureExceedsHold(TargetRefused):
    """More is captured than is held, or something else."""

    code = "ledger.capture_exceeds_hold"
    title = Text(zh="完成金额超过预授权", en="Capture exceeds the hold")
    detail = Text(
        zh="完成金额须不超过预授权的对应分录。",
        en="A capture moves at most what the same posting of the pending transaction holds.",
    )


class NotReversible(TargetRefused):
    """Only what moved something can be reversed, and a reversal cannot."""

    code = "ledger.not_reversible"
    title = Text(zh="该交易不能冲正", en="Not reversible")
    detail = Text(zh="交易 {target} 不能冲正。", en="Transaction {target} cannot be reversed.")


class ReversalExceedsOriginal(TargetRefused):
    """Reversals together never exceed the original."""

    code = "ledger.reversal_exceeds_original"
    title = Text(zh="冲正金额超过原交易", en="Reversal exceeds the original")
    detail = Text(
        zh="冲正总额不能超过原交易 {target} 的对应分录。",
        en="Reversals together move at most what transaction {target} moved.",
    )


class TargetRepeated(TargetRefused):
    """One batch resolves or reverses a transaction at most once."""

    code = "ledger.target_repeated"
    title = Text(zh="同一批次重复处理同一交易", en="Target repeated in the batch")
    detail = Text(
        zh="同一批次对交易 {target} 只能处理一次。",
        en="A batch resolves or reverses transaction {target} at most once.",
    )


class PeriodClosed(LedgerError):
    """The effective date lies in a closed accounting period."""

    code = "ledger.period_closed"
    title = Text(zh="会计期间已结账", en="Accounting period closed")
    detail = Text(
        zh="起息日 {effective_on} 所在会计期间已结账。",
        en="{effective_on} lies in an accounting period that is closed.",
    )


class PeriodOverlaps(LedgerError):
    """Two periods cannot cover the same day."""

    code = "ledger.period_overlaps"
    kind = Kind.CONFLICT
    title = Text(zh="会计期间重叠", en="Accounting periods overlap")


class PeriodNotOver(LedgerError):
    """A period is closed when its last day is over; today is always open for booking."""

    code = "ledger.period_not_over"
    kind = Kind.CONFLICT
    title = Text(zh="会计期间尚未结束", en="The accounting period is not over")
    detail = Text(
        zh="会计期间到 {ends_on} 才结束，结束后方可结账。",
        en="The period ends with the day before {ends_on}; it can be closed from then on.",
    )


class PeriodNotFound(LedgerError):
    """No period starts on this day."""

    code = "ledger.period_not_found"
    kind = Kind.NOT_FOUND
    title = Text(zh="会计期间不存在", en="Accounting period not found")


class BatchRefused(LedgerError):
    """Another item of an atomic batch was refused."""

    code = "ledger.batch_refused"
    title = Text(zh="整批被拒绝", en="Batch refused")
    detail = Text(
        zh="整批记账中另一笔被拒绝，因此全部未记账。",
        en="Another item of the atomic batch was refused, so none was booked.",
    )


class OverdraftOutOfRange(LedgerError):
    """An account's limit lies at or below zero, never above."""

    code = "ledger.overdraft_out_of_range"
    kind = Kind.INVALID
    title = Text(zh="透支额度不能为负数", en="The overdraft cannot be negative")
