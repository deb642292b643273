// SPDX-FileCopyrightText: 2026 The SerialBattery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "venus/devicestore.h"
#include "venus/identitystore.h"

namespace sb {

/// One battery in the file of all batteries, where there is no settings service.
class FileStore : public DeviceStore
{
    Q_OBJECT
public:
    FileStore(IdentityStore &file, StoreRhythm &rhythm, VolatileMemory memory, QString uniqueId,
              QString defaultName);

    void open() override;
    void setCustomName(const QString &name, const Reply &reply) override;

protected:
    void write() override;

private:
    IdentityStore &m_file;
    QString m_uniqueId;
    QString m_defaultName;
    ChargeMemory m_kept; ///< as the file has it
};

} // namespace sb
