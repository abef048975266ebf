namespace Engine.Serialization;

/// <summary>The element types of a safetensors file that can be read.</summary>
public enum SafetensorsType
{
    /// <summary>BOOL: a byte, 0 or 1.</summary>
    Bool,

    /// <summary>U8.</summary>
    UInt8,

    /// <summary>I8.</summary>
    Int8,

    /// <summary>U16.</summary>
    UInt16,

    /// <summary>I16.</summary>
    Int16,

    /// <summary>U32.</summary>
    UInt32,

    /// <summary>I32.</summary>
    Int32,

    /// <summary>U64.</summary>
    UInt64,

    /// <summary>I64.</summary>
    Int64,

    /// <summary>F16: half precision.</summary>
    Float16,

    /// <summary>BF16: the upper half of a float.</summary>
    BFloat16,

    /// <summary>F32.</summary>
    Float32,

    /// <summary>F64.</summary>
    Float64,
}
