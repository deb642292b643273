// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "venus/filestore.h"

namespace sb {

FileStore::FileStore(IdentityStore &file, StoreRhythm &rhythm, VolatileMemory memory, QString uniqueId,
                     QString defaultName)
    : DeviceStore(rhythm, std::move(memory))
    , m_file(file)
    , m_uniqueId(std::move(uniqueId))
    , m_defaultName(std::move(defaultName))
{}

void FileStore::open()
{
    const IdentityStore::Identity identity = m_file.identity(m_uniqueId, m_defaultName);
    m_kept = ChargeMemory::fromJson(m_file.charge(m_uniqueId));
    setOpened({identity.instance, identity.customName, m_kept}, m_file.lastSeen(m_uniqueId));
    m_file.setSeen(m_uniqueId, wallSecond());
}

void FileStore::setCustomName(const QString &name, const Reply &reply)
{
    const bool ok = m_file.setCustomName(m_uniqueId, name);
    if (ok)
        showCustomName(name);
    reply(ok ? ItemAccepted : ItemRefused);
}

void FileStore::write()
{
    if (stored().charge == m_kept)
        return;
    m_file.setSeen(m_uniqueId, wallSecond());
    if (m_file.setCharge(m_uniqueId, stored().charge.toJson()))
        m_kept = stored().charge;
}

} // namespace sb
