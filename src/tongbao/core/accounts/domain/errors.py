"""What is refused about accounts, and why."""

from tongbao.kernel.errors import Kind, TongbaoError
from tongbao.kernel.text import Text


class UnknownAccount(TongbaoError):
    """There is no such account, or none the caller may see."""

    code = "accounts.unknown_account"
    kind = Kind.NOT_FOUND
    title = Text(zh="账户不存在", en="Unknown account")
    detail = Text(zh="没有账户 {account}", en="There is no account {account}")


class AccountClosed(TongbaoError):
    """A closed account is history and stays so."""

    code = "accounts.account_closed"
    kind = Kind.REFUSED
    title = Text(zh="账户已销户", en="The account is closed")


class ReasonMissing(TongbaoError):
    """Whoever freezes, releases or closes an account says why."""

    code = "accounts.reason_missing"
    title = Text(zh="请说明理由", en="Please give a reason")


class NotForThisKind(TongbaoError):
    """The product is not for this kind of party."""

    code = "accounts.not_for_this_kind"
    kind = Kind.REFUSED
    title = Text(zh="该客户类型不能开立此产品", en="The product is not for this kind of customer")
    detail = Text(
        zh="{product} 仅限：{allowed}", en="{product} is for these kinds of customers: {allowed}"
    )


class CurrencyNotOffered(TongbaoError):
    """The product is not kept in this currency."""

    code = "accounts.currency_not_offered"
    kind = Kind.REFUSED
    title = Text(zh="该产品不支持此币种", en="The product is not offered in this currency")
    detail = Text(zh="{product} 支持：{currencies}", en="{product} is kept in: {currencies}")


class LevelTooLow(TongbaoError):
    """The party is not known well enough; `missing` is what a case for `need` asks for."""

    code = "accounts.level_too_low"
    kind = Kind.REFUSED
    title = Text(zh="身份核实级别不足", en="The identity is not verified far enough")
    detail = Text(
        zh=(
            "当前级别 {have}，需要级别 {need}；还缺：{missing}。"
            "请以 POST /api/v1/kyc/cases 申请级别 {need}。"
        ),
        en=(
            "The level is {have}, {need} is needed; missing: {missing}."
            " Open a case for level {need} with POST /api/v1/kyc/cases."
        ),
    )


class PartyNotActive(TongbaoError):
    """No account is opened or awakened for who is blocked or gone."""

    code = "accounts.party_not_active"
    kind = Kind.REFUSED
    title = Text(zh="客户状态不允许此操作", en="The customer's state does not allow it")
    detail = Text(zh="客户状态：{status}", en="The customer is {status}")


class TooManyAccounts(TongbaoError):
    """The party has as many accounts of this sort as it may have."""

    code = "accounts.too_many_accounts"
    kind = Kind.REFUSED
    title = Text(zh="此类账户数量已达上限", en="No more accounts of this sort")
    detail = Text(
        zh="{sort} 最多 {count_max} 个，已有 {count} 个；可先销户不用的账户。",
        en="At most {count_max} of {sort}, there are {count}; close one that is not used first.",
    )


class ClassNotPossible(TongbaoError):
    """Only a person's account in CNY has a class."""

    code = "accounts.class_not_possible"
    title = Text(zh="此账户不分类", en="Such an account has no class")


class NumbersExhausted(TongbaoError):
    """The scheme has no number left: the bank sets a longer one."""

    code = "accounts.numbers_exhausted"
    kind = Kind.UNAVAILABLE
    title = Text(zh="账号已用尽", en="There is no account number left")


class OrderMalformed(TongbaoError):
    """A restraint that cannot be: `fault` says what is wrong with it."""

    code = "accounts.order_malformed"
    title = Text(zh="限制指令有误", en="The order is not acceptable")
    detail = Text(zh="指令不可执行：{fault}", en="It cannot be followed: {fault}")

    def __init__(self, fault: Text) -> None:
        super().__init__(fault=fault)


class UnknownRestraint(TongbaoError):
    """There is no such restraint on this account."""

    code = "accounts.unknown_restraint"
    kind = Kind.NOT_FOUND
    title = Text(zh="限制不存在", en="Unknown restraint")


class RestraintEnded(TongbaoError):
    """It ended before: released, expired, or executed."""

    code = "accounts.restraint_ended"
    kind = Kind.CONFLICT
    title = Text(zh="该限制已终止", en="The restraint has ended")


class TooManyRestraints(TongbaoError):
    """As many restraints stand on the account as may."""

    code = "accounts.too_many_restraints"
    kind = Kind.CONFLICT
    title = Text(zh="账户上的限制过多", en="Too many restraints stand on the account")


class NotDeductible(TongbaoError):
    """More than the order holds, or it holds nothing that may be deducted."""

    code = "accounts.not_deductible"
    kind = Kind.REFUSED
    title = Text(zh="不可扣划", en="It cannot be deducted")
    detail = Text(
        zh="该指令当前可扣划 {available}", en="{available} can be deducted by this order now"
    )


class DebitsStopped(TongbaoError):
    """The account pays nothing for now."""

    code = "accounts.debits_stopped"
    kind = Kind.REFUSED
    title = Text(zh="账户暂停付款", en="The account pays nothing for now")


class CreditsStopped(TongbaoError):
    """The account receives nothing for now."""

    code = "accounts.credits_stopped"
    kind = Kind.REFUSED
    title = Text(zh="账户暂停收款", en="The account receives nothing for now")


class AccountDormant(TongbaoError):
    """The account sleeps: it receives, and pays again when its holder has awakened it."""

    code = "accounts.account_dormant"
    kind = Kind.REFUSED
    title = Text(zh="账户已休眠", en="The account is dormant")
    detail = Text(
        zh="长期未使用，已暂停付款；钱和利息照常。由本人核验身份后即可恢复。",
        en=(
            "It was not used for long and pays nothing for now; money and interest are as they"
            " were. Its holder awakens it after confirming who they are."
        ),
    )


class NotDormant(TongbaoError):
    """Only a dormant account can be awakened."""

    code = "accounts.not_dormant"
    kind = Kind.CONFLICT
    title = Text(zh="账户未休眠", en="The account is not dormant")


class NotClosable(TongbaoError):
    """Something stands in the way of closing; `obstacles` names each."""

    code = "accounts.not_closable"
    kind = Kind.CONFLICT
    title = Text(zh="暂不能销户", en="The account cannot be closed now")
    detail = Text(zh="原因：{obstacles}", en="In the way: {obstacles}")


class DestinationUnusable(TongbaoError):
    """The rest goes to another open account of the holder, in the same currency."""

    code = "accounts.destination_unusable"
    kind = Kind.REFUSED
    title = Text(zh="转入账户不可用", en="The account for the rest cannot be used")
    detail = Text(
        zh="请指定同一客户名下、{currency} 币种、可收款的另一账户。",
        en="Name another account of the same holder, in {currency}, that receives.",
    )


class ConfirmationUnavailable(TongbaoError):
    """Nobody in this process can confirm an action; nothing was done."""

    code = "accounts.confirmation_unavailable"
    kind = Kind.UNAVAILABLE
    title = Text(zh="暂无法确认身份", en="The action cannot be confirmed now")
