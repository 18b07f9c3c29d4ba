"""Mail domains that anyone can join, and local parts that name a function."""

from __future__ import annotations

_FREE = """
126.com 163.com aol.com aol.jp asahi-net.or.jp au.com bb4u.ne.jp bbiq.jp biglobe.ne.jp
catv.ne.jp commufa.jp ctk.ne.jp daum.net dion.ne.jp disney.ne.jp docomo.ne.jp dti.ne.jp
emobile.ne.jp eonet.ne.jp excite.co.jp ezweb.ne.jp fastmail.com gmail.com gmx.com gmx.de gmx.net
goo.jp goo.ne.jp googlemail.com hanmail.net hey.com hi-ho.ne.jp hotmail.co.jp hotmail.com
i.softbank.jp icloud.com iijmio-mail.jp infoseek.jp infoweb.ne.jp jcom.home.ne.jp jcom.zaq.ne.jp
kcn.ne.jp live.com live.jp livedoor.com mac.com mail.com mail.goo.ne.jp mail.ru me.com
megaegg.ne.jp mineo.jp mopera.net msn.com naver.com nifty.com nifty.ne.jp ocn.ne.jp odn.ne.jp
outlook.com outlook.jp pdx.ne.jp pikara.ne.jp plala.or.jp pm.me proton.me protonmail.com qq.com
rakumail.jp rakuten.jp sannet.ne.jp sina.com so-net.ne.jp softbank.ne.jp synapse.ne.jp
t-com.ne.jp tcp-ip.or.jp tiki.ne.jp tnc.ne.jp tuta.io tutanota.com uqmobile.jp vodafone.ne.jp
wakwak.com web.de willcom.com yahoo.co.jp yahoo.co.uk yahoo.com yahoo.de yahoo.fr yandex.com
yandex.ru ymail.com ymail.ne.jp ymobile.ne.jp zaq.ne.jp zoho.com
"""
FREE_DOMAINS = frozenset(_FREE.split())

# A provider hands out host names below these (taro@abc.biglobe.ne.jp).
FREE_PARENTS = (
    ".ocn.ne.jp",
    ".biglobe.ne.jp",
    ".so-net.ne.jp",
    ".plala.or.jp",
    ".dion.ne.jp",
    ".asahi-net.or.jp",
    ".eonet.ne.jp",
    ".home.ne.jp",
    ".zaq.ne.jp",
    ".softbank.ne.jp",
    ".vodafone.ne.jp",
    ".nifty.com",
)

_ROLES = """
abuse accounting accounts admin administrator all billing contact contacts cs customer customers
donotreply eigyo eigyou enquiries enquiry general help helpdesk honsha hostmaster hr info
information inquiries inquiry invoice jinji jobs keiri koho koubai kouhou legal mail mailbox
marketing master no-reply noreply office order orders otoiawase postmaster pr press privacy
purchase purchasing reception recruit recruiting root saiyo saiyou sale sales security service
services somu soumu staff support team toiawase web webmaster
"""
ROLE_NAMES = frozenset(_ROLES.split())
